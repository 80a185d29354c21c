import { modelTestSchema, modelViewSchema } from '../model.ts'
import type { Route } from './route.ts'

/** The model that answers. */
export const modelsRoutes = {
  getModel: {
    method: 'GET',
    path: '/api/model',
    summary: 'Which model answers, and why',
    auth: 'person',
    scope: 'any',
    limit: 'read',
    owner: 'none',
    answer: modelViewSchema,
  },
  testModel: {
    method: 'POST',
    path: '/api/model/test',
    summary: 'Ask the model one short question and time it',
    auth: 'admin',
    scope: 'admin',
    limit: 'write',
    owner: 'none',
    answer: modelTestSchema,
  },
} as const satisfies Record<string, Route>
