import { z } from 'zod'
import { chatCompletionRequestSchema, openAiModelSchema, openAiModelsSchema } from '../chat-completion.ts'
import type { Route } from './route.ts'

/** What OpenAI's clients call; errors have OpenAI's shape here. */
export const openAiRoutes = {
  createChatCompletion: {
    method: 'POST',
    path: '/v1/chat/completions',
    summary: 'Answer a chat in the format of OpenAI’s Chat Completions, whole or streamed',
    auth: 'person',
    scope: 'chat',
    limit: 'answer',
    owner: 'self',
    body: chatCompletionRequestSchema,
    answer: 'stream',
  },
  listOpenAiModels: {
    method: 'GET',
    path: '/v1/models',
    summary: 'The models that answer, in OpenAI’s format',
    auth: 'person',
    scope: 'any',
    limit: 'read',
    owner: 'none',
    answer: openAiModelsSchema,
  },
  getOpenAiModel: {
    method: 'GET',
    path: '/v1/models/:model',
    summary: 'One model, in OpenAI’s format',
    auth: 'person',
    scope: 'any',
    limit: 'read',
    owner: 'none',
    params: z.object({ model: z.string() }),
    answer: openAiModelSchema,
  },
} as const satisfies Record<string, Route>
