import type { ModelTest, ModelView } from '@ai-assistant/contract'
import type { Handlers } from '../route.ts'

export function createModelRoutes(services: {
  view: () => ModelView
  test: () => Promise<ModelTest>
}): Pick<Handlers, 'getModel' | 'testModel'> {
  return {
    getModel: () => Promise.resolve(services.view()),
    testModel: () => services.test(),
  }
}
