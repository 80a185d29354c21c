import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'

export interface ErrorReporterOptions {
  dsn: string
  release: string
  environment: string
  /** Blanks what must not leave. */
  clean: (text: string) => string
  fetch?: typeof fetch
  now?: () => number
}

/** What the log says at level `error` or above. */
export interface ErrorReport {
  level: 'error' | 'fatal'
  message: string
  error: unknown
  /** Ids to find it by: request, run, trace. */
  tags: Record<string, string>
}

/** Reports in a minute; a storm says nothing after its first drops. */
const MAX_PER_MINUTE = 30
const MAX_FRAMES = 50
const TIMEOUT_MS = 5000

/** Sends errors to a Sentry project, as envelopes over HTTP. Nobody waits for it, and nothing fails because it does. */
export class ErrorReporter {
  readonly #options: ErrorReporterOptions
  readonly #target: { url: string; auth: string }
  readonly #sending = new Set<Promise<void>>()
  #minute = 0
  #sent = 0

  constructor(options: ErrorReporterOptions) {
    this.#options = options
    this.#target = readDsn(options.dsn)
  }

  readonly report = (report: ErrorReport): void => {
    if (!this.#mayReport()) return
    const sending = this.#send(report).finally(() => this.#sending.delete(sending))
    this.#sending.add(sending)
  }

  /** Resolves when what was reported is sent, or given up. */
  async close(): Promise<void> {
    await Promise.all(this.#sending)
  }

  #mayReport(): boolean {
    const minute = Math.floor(this.#now() / 60_000)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#sent = 0
    }
    this.#sent += 1
    return this.#sent <= MAX_PER_MINUTE
  }

  #now(): number {
    return (this.#options.now ?? Date.now)()
  }

  /** Never rejects: there is nobody left to tell. */
  async #send(report: ErrorReport): Promise<void> {
    const { clean, release, environment } = this.#options
    const id = randomUUID().replaceAll('-', '')
    const event = {
      event_id: id,
      timestamp: this.#now() / 1000,
      platform: 'node',
      level: report.level,
      logger: 'orchestrator',
      release,
      environment,
      server_name: hostname(),
      tags: report.tags,
      logentry: { formatted: report.message },
      exception: { values: chainOf(report.error) },
      ...(report.tags['trace'] === undefined ? {} : { contexts: { trace: traceOf(report.tags['trace'], id) } }),
    }
    const lines = [{ event_id: id, sent_at: new Date(this.#now()).toISOString() }, { type: 'event' }, event]
    try {
      const answer = await (this.#options.fetch ?? fetch)(this.#target.url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-sentry-envelope', 'x-sentry-auth': this.#target.auth },
        body: clean(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      await answer.body?.cancel()
    } catch {
      // The error itself is in the log; that it could not be reported is not worth another.
    }
  }
}

/** `https://KEY@host/path/PROJECT`. */
function readDsn(dsn: string): { url: string; auth: string } {
  const { protocol, host, pathname, username } = new URL(dsn)
  const steps = pathname.split('/')
  const project = steps.pop() ?? ''
  return {
    url: `${protocol}//${host}${steps.join('/')}/api/${project}/envelope/`,
    auth: `Sentry sentry_version=7, sentry_client=ai-assistant/1, sentry_key=${username}`,
  }
}

function traceOf(traceId: string, id: string): object {
  return { trace_id: traceId, span_id: id.slice(0, 16) }
}

/** The error and its causes, the deepest first, as Sentry wants them. */
function chainOf(error: unknown): object[] {
  const chain: object[] = []
  for (let at: unknown = error; at !== undefined && at !== null && chain.length < 5;) {
    if (!(at instanceof Error)) {
      chain.unshift({ type: typeof at, value: typeof at === 'string' ? at : 'not an Error' })
      break
    }
    chain.unshift({ type: at.name, value: at.message, stacktrace: { frames: framesOf(at.stack ?? '') } })
    at = at.cause
  }
  return chain
}

function framesOf(stack: string): object[] {
  const frames = stack.split('\n').flatMap((line) => {
    const found = /^\s+at (?:(?:async )?(.*?) \()?(?:file:\/\/)?(.+?):(\d+):(\d+)\)?$/.exec(line)
    if (found === null) return []
    const [, name, file = '', row, column] = found
    return [
      {
        ...(name === undefined ? {} : { function: name }),
        filename: file,
        lineno: Number(row),
        colno: Number(column),
        in_app: !file.includes('node_modules') && !file.startsWith('node:'),
      },
    ]
  })
  // The newest call comes last.
  return frames.slice(0, MAX_FRAMES).toReversed()
}
