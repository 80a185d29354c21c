import type { Client, Tool } from '@modelcontextprotocol/client'
import { sleep } from '../lib/sleep.ts'
import { callTool, type CallToolOptions, type CallToolOutcome } from './call-tool.ts'
import { explainFailure } from './failure.ts'
import { listTools, type ToolList } from './list-tools.ts'
import { openClient, type OpenClient, type OpenClientOptions } from './open-client.ts'
import { addressOf, provisionalName, type ServerSpec } from './server-spec.ts'

export interface ConnectionTimings {
  /** The first pause before a new attempt; it doubles up to `maxRetryMs`. Half of each pause is chance. */
  firstRetryMs: number
  maxRetryMs: number
  /** How often a connected server is asked for its tools again: whether it lives, and what it offers now. */
  refreshMs: number
  /** How long a tool may be silent, and how long a call may take at all. */
  idleMs: number
  maxCallMs: number
}

export const defaultTimings: ConnectionTimings = {
  firstRetryMs: 500,
  maxRetryMs: 30_000,
  refreshMs: 30_000,
  idleMs: 60_000,
  maxCallMs: 300_000,
}

export type ConnectionState =
  | { kind: 'connecting' }
  | { kind: 'connected'; serverName: string; protocolVersion: string; list: ToolList }
  | { kind: 'failed'; reason: string }

export type McpConnectionOptions = Omit<OpenClientOptions, 'onError'> & {
  timings: ConnectionTimings
  onChange: () => void
}

/** Servers may ask us to read their list again at any pace; we read it at ours. */
const minRefreshMs = 1000
/** A child that ends more often than this within a minute is not started again. */
const maxStartsPerMinute = 5

/** One tool server, kept connected from `start` to `close`. That it is down costs nobody but itself. */
export class McpConnection {
  readonly spec: ServerSpec
  readonly #options: McpConnectionOptions
  readonly #closing = new AbortController()
  readonly #settled = Promise.withResolvers<void>()
  #state: ConnectionState = { kind: 'connecting' }
  #open: OpenClient | undefined
  #running: Promise<void> = Promise.resolve()
  #wake: AbortController = new AbortController()
  #starts: number[] = []
  /** Resolved by the first list that is read after `check`. */
  #proof = Promise.withResolvers<void>()
  #proven = false

  constructor(spec: ServerSpec, options: McpConnectionOptions) {
    this.spec = spec
    this.#options = options
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** Resolves when the first attempt has ended, well or ill. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  get address(): string {
    return addressOf(this.spec)
  }

  /** The operator's name for it, else its own, else where it is. */
  get name(): string {
    if (this.spec.name !== null || this.#state.kind !== 'connected') return provisionalName(this.spec)
    return this.#state.serverName || provisionalName(this.spec)
  }

  start(): void {
    this.#running = this.#run()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#wake.abort()
    await this.#running
    this.#settled.resolve()
  }

  /** Looks at once whether the server lives and what it offers. */
  check(): void {
    if (this.#proven) this.#proof = Promise.withResolvers<void>()
    this.#proven = false
    this.#wake.abort()
  }

  /** Never rejects. */
  async call(
    tool: Tool,
    input: Record<string, unknown>,
    options: Pick<CallToolOptions, 'signal' | 'onProgress' | 'meta'>,
  ): Promise<CallToolOutcome> {
    const open = this.#open
    if (open === undefined || this.#state.kind !== 'connected') {
      const reason = this.#state.kind === 'failed' ? `: ${this.#state.reason}` : ''
      return { failure: { kind: 'unreachable', message: `The server is not connected${reason}` } }
    }
    const { idleMs, maxCallMs } = this.#options.timings
    const outcome = await callTool(open.client, tool, input, { ...options, idleMs, maxMs: maxCallMs })
    if ('failure' in outcome && (outcome.failure.kind === 'unreachable' || outcome.failure.kind === 'lost'))
      this.check()
    return outcome
  }

  /** Resolves when the server was found alive after the last `check`, or after a while. For one more try. */
  async foundAlive(signal: AbortSignal): Promise<void> {
    const enough = new AbortController()
    const pause = sleep(this.#options.timings.firstRetryMs * 10, AbortSignal.any([signal, enough.signal]))
    await Promise.race([this.#proof.promise, pause])
    enough.abort()
  }

  async #run(): Promise<void> {
    const { firstRetryMs, maxRetryMs } = this.#options.timings
    let pauseMs = firstRetryMs
    while (!this.#closing.signal.aborted && this.#mayStart()) {
      this.#wake = new AbortController()
      const wasConnected = await this.#connectOnce()
      pauseMs = wasConnected ? firstRetryMs : Math.min(pauseMs * 2, maxRetryMs)
      // Replicas that lost the same server must not come back in step.
      await sleep(pauseMs * (0.5 + Math.random() / 2), this.#closing.signal)
    }
  }

  /** Connects and stays until the connection is lost. Says whether it ever stood. */
  async #connectOnce(): Promise<boolean> {
    let stood = false
    try {
      const open = await openClient(this.spec, this.#options, this.#closing.signal)
      this.#open = open
      const lost = new Promise<Error>((resolve) => {
        open.client.onclose = () => resolve(new Error('The server closed the connection'))
      })
      await this.#readTools(open.client)
      stood = true
      await this.#watch(open.client, lost)
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#setState({ kind: 'failed', reason: this.#whatToDo(error) })
    } finally {
      const open = this.#open
      this.#open = undefined
      await open?.close()
    }
    return stood
  }

  /** Reads the list again whenever the server says so, its time is up, or somebody asks. Rejects when the server is lost. */
  async #watch(client: Client, lost: Promise<Error>): Promise<void> {
    client.setNotificationHandler('notifications/tools/list_changed', () => this.check())
    let listening = this.#listen(client)
    while (!this.#closing.signal.aborted) {
      const gone = await Promise.race([lost, sleep(this.#refreshMs(), this.#wake.signal)])
      if (this.#closing.signal.aborted) return
      if (gone instanceof Error) throw gone
      this.#wake = new AbortController()
      await this.#readTools(client)
      if (!listening.open) listening = this.#listen(client)
      // However often a server calls, its list is read at this pace.
      await sleep(Math.min(minRefreshMs, this.#options.timings.refreshMs), this.#closing.signal)
    }
  }

  /** In the era without sessions, changes come on a stream of their own. Without it the regular reading has to do. */
  #listen(client: Client): { open: boolean } {
    const listening = { open: true }
    if (client.getProtocolEra() !== 'modern' || !client.getServerCapabilities()?.tools?.listChanged) return listening
    const follow = async (): Promise<void> => {
      const subscription = await client.listen({ toolsListChanged: true }, { timeout: this.#options.timeoutMs })
      await subscription.closed
    }
    const end = (): void => {
      listening.open = false
    }
    void follow().then(end, end)
    return listening
  }

  async #readTools(client: Client): Promise<void> {
    const signal = this.#closing.signal
    const list = await listTools(client, { signal, timeout: this.#options.timeoutMs })
    this.#proven = true
    this.#proof.resolve()
    const state: ConnectionState = {
      kind: 'connected',
      serverName: client.getServerVersion()?.name ?? '',
      protocolVersion: client.getNegotiatedProtocolVersion() ?? '',
      list,
    }
    // Most readings find nothing new, and need tell nobody.
    if (JSON.stringify(state) !== JSON.stringify(this.#state)) this.#setState(state)
  }

  #refreshMs(): number {
    const { refreshMs } = this.#options.timings
    const ttlMs = this.#state.kind === 'connected' ? this.#state.list.ttlMs : null
    if (ttlMs === null || ttlMs <= 0) return refreshMs
    return Math.min(refreshMs, Math.max(ttlMs, minRefreshMs))
  }

  #mayStart(): boolean {
    if (this.spec.reach.kind === 'http') return true
    const now = Date.now()
    this.#starts = this.#starts.filter((start) => now - start < 60_000)
    if (this.#starts.length < maxStartsPerMinute) {
      this.#starts.push(now)
      return true
    }
    const last = this.#state.kind === 'failed' ? this.#state.reason : 'it ended'
    const reason = `Switched off: it was started ${maxStartsPerMinute} times within a minute. Mend it, then restart. Last: ${last}`
    this.#setState({ kind: 'failed', reason })
    return false
  }

  #whatToDo(error: unknown): string {
    const { kind, message } = explainFailure(error)
    if (this.spec.reach.kind === 'stdio') return `${message}. Check its command in the file of servers`
    if (kind !== 'unreachable') return message
    return `${message}. Start it, or correct its address ${this.address}; it is tried again by itself`
  }

  #setState(state: ConnectionState): void {
    this.#state = state
    this.#settled.resolve()
    this.#options.onChange()
  }
}
