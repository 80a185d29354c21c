import type { ToolsView } from '@ai-assistant/contract'
import { HttpProblem } from '../problem.ts'
import type { Handlers } from '../route.ts'

export function createToolRoutes(services: {
  view: () => ToolsView
  /** False where there is no such tool. */
  accept: (name: string, personId: string) => Promise<boolean>
}): Pick<Handlers, 'listTools' | 'acceptTool'> {
  return {
    listTools: () => Promise.resolve(services.view()),
    acceptTool: async ({ params, person }) => {
      if (!(await services.accept(params.name, person.id))) throw new HttpProblem('not_found')
    },
  }
}
