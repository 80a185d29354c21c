import type { ModelView, OpenAiModel } from '@ai-assistant/contract'
import type { ReaderHub } from '../../journal/reader-hub.ts'
import type { RunManager } from '../../runs/run-manager.ts'
import { answerProgram } from '../openai/answer-program.ts'
import { headOf } from '../openai/completion-shapes.ts'
import { toProgramChat } from '../openai/to-program-chat.ts'
import { HttpProblem } from '../problem.ts'
import { answerHeaders } from '../rate-limit.ts'
import { readKey } from '../read-key.ts'
import type { Handlers } from '../route.ts'
import { arrivalOf } from '../trace-requests.ts'

/** Stands for whichever model answers, so that programs need no change when it does. */
const ANY_MODEL = 'default'

export function createOpenAiRoutes(services: {
  runs: RunManager
  readers: ReaderHub
  view: () => ModelView
  /** When this server was started: the only age a model has here. */
  since: Date
}): Pick<Handlers, 'createChatCompletion' | 'listOpenAiModels' | 'getOpenAiModel'> {
  const { runs, readers, view, since } = services
  const models = (): OpenAiModel[] => {
    const { id, provider } = view()
    return [{ id, object: 'model', created: Math.floor(since.getTime() / 1000), owned_by: provider }]
  }
  const find = (name: string): OpenAiModel => {
    const found = models().find(({ id }) => id === name || name === ANY_MODEL)
    if (found !== undefined) return found
    const detail = `The model ${name.slice(0, 100)} does not exist here. GET /v1/models lists those that do.`
    throw new HttpProblem('not_found', detail, { context: { openAiCode: 'model_not_found' } })
  }
  return {
    createChatCompletion: async ({ body, person, request, reply }) => {
      const model = find(body.model)
      const key = readKey(request)
      const chat = toProgramChat(body)
      const started = await runs.start(
        {
          ...chat,
          ...arrivalOf(request, reply),
          trigger: 'submit-message',
          key,
          bodyHash: request.bodyHash,
          onCounted: (limits, standing) => void reply.headers(answerHeaders(limits, standing)),
        },
        person.id,
      )
      request.bodyStored()
      const { runId, conversationId } = started.answer
      reply.headers({ 'x-run-id': runId, 'x-conversation-id': conversationId })
      if (started.run === null) reply.header('idempotent-replayed', 'true')
      await answerProgram({
        reply,
        readers,
        runId,
        head: headOf(runId, model.id),
        stream: body.stream ? { includeUsage: body.stream_options?.include_usage ?? false } : null,
        // Without a key nobody can ask for this answer again, so it ends as its program wishes; with one it goes on.
        onLeft: () => {
          if (key === null)
            runs.cancel({ personId: person.id, runId }).catch((error: unknown) => {
              request.log.warn({ err: error, request: request.id }, 'The answer of a program that left goes on')
            })
        },
      })
    },
    listOpenAiModels: () => Promise.resolve({ object: 'list', data: models() }),
    getOpenAiModel: ({ params }) => Promise.resolve(find(params.model)),
  }
}
