import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Caller } from './admit.ts'

/**
 * Answers that are still being written, with whom they are written for. Who is suspended, gets another role, or ends a
 * session while a stream is open loses it: a page reconnects by itself, and is let in or not as it is now.
 */
export interface StandingWatch {
  /** To be called for every request that was let in; what is answered at once costs nothing. */
  watch(request: FastifyRequest, reply: FastifyReply, caller: Caller): void
  /** Looks now: somebody's standing has changed. */
  look(): void
  close(): void
}

export interface StandingWatchOptions {
  /** The roles of those of these sessions that are still good, by session. */
  roles: (sessionIds: string[]) => Promise<Map<string, string>>
  /** The same of keys and families of tokens. */
  bearerRoles: (credentialIds: string[]) => Promise<Map<string, string>>
  log: Logger
  everyMs?: number
}

/** Two looks and a slow database stay within the five seconds that are promised. */
const EVERY_MS = 2000

interface Watched {
  request: FastifyRequest
  reply: FastifyReply
  caller: Caller
}

export function createStandingWatch(options: StandingWatchOptions): StandingWatch {
  const watched = new Set<Watched>()
  let looking: Promise<void> | null = null
  let again = false
  const look = (): void => {
    // Any number of calls while one look is under way make one more.
    if (looking !== null) {
      again = true
      return
    }
    looking = endRevoked([...watched].filter(isStreaming), options)
      .catch((error: unknown) => options.log.warn({ err: error }, 'Open streams could not be looked at; again soon'))
      .finally(() => {
        looking = null
        if (!again) return
        again = false
        look()
      })
  }
  const timer = setInterval(look, options.everyMs ?? EVERY_MS)
  timer.unref()
  return {
    watch: (request, reply, caller) => {
      const entry = { request, reply, caller }
      watched.add(entry)
      reply.raw.once('close', () => watched.delete(entry))
    },
    look,
    close: () => clearInterval(timer),
  }
}

/** An answer whose head is sent and whose end is not: not the one that tells the person they are signed out. */
function isStreaming({ reply: { raw } }: Watched): boolean {
  return raw.headersSent && !raw.writableEnded
}

async function endRevoked(streams: Watched[], { roles, bearerRoles }: StandingWatchOptions): Promise<void> {
  if (streams.length === 0) return
  const [sessions, credentials] = [new Set<string>(), new Set<string>()]
  for (const { caller } of streams) (caller.means === 'session' ? sessions : credentials).add(idOf(caller))
  const now = new Map([...(await roles([...sessions])), ...(await bearerRoles([...credentials]))])
  for (const stream of streams) {
    const { caller, reply } = stream
    if (now.get(idOf(caller)) !== caller.person.role && isStreaming(stream)) reply.raw.destroy()
  }
}

function idOf(caller: Caller): string {
  return caller.means === 'session' ? caller.sessionId : caller.credentialId
}
