import type { Run } from '@ai-assistant/contract'
import type { FastifyRequest } from 'fastify'
import type { ReaderHub } from '../../journal/reader-hub.ts'
import { readRun } from '../../runs/read-run.ts'
import type { RunManager } from '../../runs/run-manager.ts'
import type { Database } from '../../storage/database.ts'
import { streamNothing, streamRun } from '../event-stream.ts'
import { originOf } from '../origin-of.ts'
import { HttpProblem } from '../problem.ts'
import type { Handlers } from '../route.ts'

export function createRunRoutes(services: {
  database: Database
  runs: RunManager
  readers: ReaderHub
}): Pick<Handlers, 'getRun' | 'followRun' | 'cancelRun' | 'answerApproval'> {
  const { database, runs, readers } = services
  const find = async (personId: string, id: string): Promise<Run> => {
    const run = await readRun(database, personId, id)
    if (run === null) throw new HttpProblem('not_found')
    return run
  }
  return {
    getRun: ({ params, person }) => find(person.id, params.id),
    followRun: async ({ params, query, person, request, reply }) => {
      const run = await find(person.id, params.id)
      // Nobody has read further than the journal goes; whoever says so would skip what is still to come.
      const after = Math.min(query.after ?? lastEventId(request), run.lastSeq)
      const over = run.state !== 'running' && run.state !== 'waiting'
      // What is over and no longer in the journal is told by the message itself.
      if (over && run.lastSeq === 0) void reply.code(204).send()
      else if (over && after >= run.lastSeq) streamNothing(reply)
      else await streamRun(reply, readers, { runId: run.id, after })
    },
    cancelRun: async ({ params, person, reply }) => {
      await runs.cancel({ personId: person.id, runId: params.id })
      reply.code(202)
      return find(person.id, params.id)
    },
    answerApproval: async ({ params, body, person, request }) => {
      const { approved, reason, always = false } = body
      const { id: runId, approvalId } = params
      const origin = originOf(request)
      await runs.answer({ personId: person.id, runId, approvalId, approved, reason, always, origin })
      return find(person.id, params.id)
    },
  }
}

function lastEventId(request: FastifyRequest): number {
  const header = request.headers['last-event-id']
  const seq = Number(typeof header === 'string' ? header : 0)
  if (!Number.isSafeInteger(seq) || seq < 0) {
    throw new HttpProblem('invalid_request', 'Last-Event-ID: send the number of the last event seen')
  }
  return seq
}
