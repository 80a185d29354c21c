import type { ToolsView } from '@ai-assistant/contract'
import type { PinConsent } from '../../tools/tool-pins.ts'
import { originOf } from '../origin-of.ts'
import { HttpProblem } from '../problem.ts'
import type { Handlers } from '../route.ts'

export function createToolRoutes(services: {
  view: () => ToolsView
  /** False where there is no such tool. */
  accept: (name: string, by: PinConsent) => Promise<boolean>
}): Pick<Handlers, 'listTools' | 'acceptTool'> {
  return {
    listTools: () => Promise.resolve(services.view()),
    acceptTool: async ({ params, person, request }) => {
      const by = { personId: person.id, origin: originOf(request) }
      if (!(await services.accept(params.name, by))) throw new HttpProblem('not_found')
    },
  }
}
