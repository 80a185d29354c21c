import type { ManagedToolSet } from '../../tools/create-tool-set.ts'
import type { ToolConsents } from '../../tools/tool-consents.ts'
import { originOf } from '../origin-of.ts'
import { HttpProblem } from '../problem.ts'
import type { Handlers } from '../route.ts'

export function createToolRoutes(services: {
  tools: Pick<ManagedToolSet, 'view' | 'acceptTool' | 'allowable' | 'has'>
  consents: ToolConsents
}): Pick<Handlers, 'listTools' | 'acceptTool' | 'allowTool' | 'disallowTool'> {
  const { tools, consents } = services
  return {
    listTools: async ({ person }) => tools.view(await consents.of(person.id)),
    acceptTool: async ({ params, person, request }) => {
      const by = { personId: person.id, origin: originOf(request) }
      if (!(await tools.acceptTool(params.name, by))) throw new HttpProblem('not_found')
    },
    allowTool: async ({ params, person, request }) => {
      if (!tools.has(params.name)) throw new HttpProblem('not_found')
      const hash = tools.allowable(params.name)
      if (hash === null) {
        throw new HttpProblem('unprocessable', 'Only a tool that asks and says it reads only can be allowed for good.')
      }
      await consents.grant({ personId: person.id, tool: params.name, hash, origin: originOf(request) })
    },
    disallowTool: ({ params, person, request }) =>
      consents.end({ personId: person.id, tool: params.name, origin: originOf(request) }),
  }
}
