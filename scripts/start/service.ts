import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartError } from '../runtime-report.mjs'
import { type LogLine, readLogLines } from './log-lines.ts'

export interface ServiceSpec {
  /** For people, as it stands within a sentence: "the orchestrator". */
  name: string
  args: string[]
  cwd: string
  env: Record<string, string | undefined>
  /** For a server that knows nothing of the channel: asked until it answers, and it is made to end with the launcher. */
  readyUrl?: string
}

/** What servers and the launcher say to each other over the channel. */
export type ServiceMessage =
  | { type: 'ready'; port: number; ownerCode?: string | null }
  | { type: 'owner-code'; code: string }

export interface ServiceEvents {
  line: (line: LogLine) => void
  message: (message: ServiceMessage) => void
  /** It died after it had been ready, and is started again. */
  died: (how: string) => void
  back: () => void
}

/** The pause before a server that keeps dying is started again: none at first, then doubling up to the last. */
const pauses = [0, 250, 500, 1000, 2000, 4000, 8000]

/** A server that lives this long, in milliseconds, has left its earlier deaths behind. */
const settled = 30_000

const preload = new URL('exit-with-parent.mjs', import.meta.url).href

/**
 * Keeps one server running: starts it, starts it again when it dies, stops it. Dying before it was ever ready is not
 * repaired: `firstReady` then rejects with what the server said.
 */
export class Service {
  readonly firstReady: Promise<void>
  readonly name: string
  readonly #spec: ServiceSpec
  readonly #events: ServiceEvents
  readonly #stopping = new AbortController()
  readonly #first = Promise.withResolvers<void>()
  #child: ChildProcess | null = null
  #gone: Promise<void> = Promise.resolve()
  #wasReady = false
  #restarting: string | null = null
  #deaths = 0
  #lastWords: string[] = []

  constructor(spec: ServiceSpec, events: ServiceEvents) {
    this.#spec = spec
    this.#events = events
    this.name = spec.name
    this.firstReady = this.#first.promise
    // Whoever starts several waits for all; one that is not awaited must not bring the process down.
    this.firstReady.catch(() => undefined)
    this.#start()
  }

  send(message: { type: string }): boolean {
    return this.#child?.connected === true && this.#child.send(message)
  }

  /** Ends the process that runs now; it is started again at once. `why` is told to whoever hears of the death. */
  restart(why: string): void {
    this.#deaths = 0
    this.#restarting = why
    this.#child?.kill('SIGINT')
  }

  /** Resolves when the process is gone: asked to, and after `grace` milliseconds made to. */
  async stop(grace: number): Promise<void> {
    this.#stopping.abort()
    this.#first.reject(new StartError(`${capital(this.name)} was stopped.`))
    const child = this.#child
    if (!child) return
    // As Ctrl-C does: SIGTERM lets running answers end first. Where there are no signals, losing the channel says the same.
    if (process.platform === 'win32') child.disconnect()
    else child.kill('SIGINT')
    const patience = new AbortController()
    const forced = sleep(grace, undefined, { signal: patience.signal }).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    )
    await this.#gone
    patience.abort()
    await forced
  }

  #start(): void {
    const began = performance.now()
    const { args, cwd, env, readyUrl } = this.#spec
    const child = spawn(process.execPath, readyUrl ? ['--import', preload, ...args] : args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Out of reach of the terminal's Ctrl-C, which the launcher passes on, once.
      detached: process.platform !== 'win32',
    })
    this.#child = child
    this.#lastWords = []
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) readLogLines(stream, (line) => this.#hear(line))
    }
    child.on('message', (message) => this.#receive(message))
    child.on('error', (error) => this.#lastWords.push(error.message))
    this.#gone = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#child = null
        resolve()
        const how = this.#restarting ?? signal ?? `exit code ${code}`
        this.#restarting = null
        void this.#died(how, performance.now() - began)
      })
    })
    if (readyUrl) void this.#ask(child, readyUrl)
  }

  #hear(line: LogLine): void {
    if (this.#wasReady) return this.#events.line(line)
    if (line.level === null || line.level === 'fatal' || line.level === 'error') {
      this.#lastWords.push(line.level === null ? line.text : line.message)
    } else this.#events.line(line)
  }

  #receive(message: unknown): void {
    if (!isServiceMessage(message)) return
    this.#events.message(message)
    if (message.type === 'ready') this.#ready()
  }

  #ready(): void {
    if (this.#wasReady) this.#events.back()
    this.#wasReady = true
    this.#first.resolve()
  }

  async #ask(child: ChildProcess, url: string): Promise<void> {
    while (this.#child === child) {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => null)
      await answer?.body?.cancel()
      if (answer?.ok) return this.#ready()
      await sleep(100)
    }
  }

  async #died(how: string, lived: number): Promise<void> {
    if (this.#stopping.signal.aborted) return
    if (!this.#wasReady) {
      const words = this.#lastWords.join('\n') || `It stopped with ${how} before it was ready.`
      this.#first.reject(new StartError(`${capital(this.name)} did not start. ${words}`))
      return
    }
    if (lived > settled) this.#deaths = 0
    const pause = pauses[Math.min(this.#deaths, pauses.length - 1)]
    this.#deaths++
    const stopped = await sleep(pause ?? 0, false, { signal: this.#stopping.signal }).catch(() => true)
    if (stopped) return
    this.#events.died(how)
    this.#start()
  }
}

function isServiceMessage(message: unknown): message is ServiceMessage {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false
  if (message.type === 'ready') return 'port' in message && typeof message.port === 'number'
  return message.type === 'owner-code' && 'code' in message && typeof message.code === 'string'
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
