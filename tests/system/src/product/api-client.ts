import {
  type ChangeConversation,
  type Conversation,
  type ConversationPage,
  conversationPageSchema,
  conversationSchema,
  type MessagePage,
  messagePageSchema,
  modelViewSchema,
  type Problem,
  problemSchema,
  type Run,
  runSchema,
  type RunStarted,
  runStartedSchema,
  type SendMessage,
  type sendMessageSchema,
  sessionSchema,
  toolsViewSchema,
} from '@ai-assistant/contract'
import type { z } from 'zod'

/** An error answer of the API, as the contract describes it. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly status: number
  readonly problem: Problem

  constructor(problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail ?? problem.title}`)
    this.status = problem.status
    this.problem = problem
  }
}

/** What a test may ask as a signed-in person. Every answer is checked against the contract. */
export type ApiClient = ReturnType<typeof createApiClient>

type Body = Omit<z.input<typeof sendMessageSchema>, 'parts'> & {
  parts?: SendMessage['parts']
  /** Short for one text part. */
  text?: string
}

/** Exchanges the single-use code for a session at `base`, the web app's or the orchestrator's own address. */
export async function signIn(base: string, code: string): Promise<ApiClient> {
  const answer = await fetch(`${base}/api/session/code`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  })
  if (!answer.ok) throw await readError(answer)
  sessionSchema.parse(await answer.json())
  const cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0] ?? '')
  if (cookie.length === 0) throw new Error('the session came without a cookie')
  return createApiClient(base, cookie.join('; '))
}

/** A client for a session that exists; `base` may be another replica than the one that made it. */
export function createApiClient(base: string, cookie: string) {
  const call = async (method: string, path: string, body?: unknown, more: Record<string, string> = {}) => {
    const headers = {
      cookie,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const text = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await fetch(base + path, { method, headers: { ...headers, ...more }, ...text })
    if (!answer.ok) throw await readError(answer)
    return answer
  }
  const get = async <S extends z.ZodType>(schema: S, path: string): Promise<z.output<S>> =>
    schema.parse(await (await call('GET', path)).json())

  return {
    base,
    cookie,
    call,
    /** The same person, by another address. */
    at: (other: string) => createApiClient(other, cookie),
    session: () => get(sessionSchema, '/api/session'),
    model: () => get(modelViewSchema, '/api/model'),
    tools: () => get(toolsViewSchema, '/api/tools'),
    conversations: (query: Record<string, string> = {}): Promise<ConversationPage> =>
      get(conversationPageSchema, `/api/conversations?${new URLSearchParams(query).toString()}`),
    conversation: (id: string): Promise<Conversation> => get(conversationSchema, `/api/conversations/${id}`),
    change: async (id: string, change: ChangeConversation): Promise<Conversation> =>
      conversationSchema.parse(await (await call('PATCH', `/api/conversations/${id}`, change)).json()),
    remove: async (id: string): Promise<void> => void (await call('DELETE', `/api/conversations/${id}`)),
    messages: (id: string): Promise<MessagePage> => get(messagePageSchema, `/api/conversations/${id}/messages`),
    /** Starts an answer and returns at once. */
    send: async ({ text, ...body }: Body, key?: string): Promise<RunStarted> => {
      const parts = text === undefined ? {} : { parts: [{ type: 'text', text }] }
      const more: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key }
      return runStartedSchema.parse(await (await call('POST', '/api/chat', { ...body, ...parts }, more)).json())
    },
    run: (id: string): Promise<Run> => get(runSchema, `/api/runs/${id}`),
    cancel: async (id: string): Promise<Run> =>
      runSchema.parse(await (await call('POST', `/api/runs/${id}/cancel`)).json()),
    approve: async (id: string, approvalId: string, approved: boolean): Promise<void> =>
      void (await call('POST', `/api/runs/${id}/approvals/${approvalId}`, { approved })),
  }
}

async function readError(answer: Response): Promise<Error> {
  const text = await answer.text()
  try {
    return new ApiError(problemSchema.parse(JSON.parse(text)))
  } catch {
    return new Error(`${answer.status} without a problem of the contract: ${text.slice(0, 500)}`)
  }
}
