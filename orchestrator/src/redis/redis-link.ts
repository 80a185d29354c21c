import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { type RedisSettings, redisOptions } from './redis-options.ts'

/** How often the whole way (write, publish, hear it again) is tried, and how long it may take, in milliseconds. */
const BEAT_MS = 250
const BEAT_TIMEOUT_MS = 250
/** After so many failed beats the connections are made anew: the name may lead to another server by now. */
const BEATS_BEFORE_RECONNECT = 12
/** More unanswered commands than this, and Redis counts as slow: callers go on without it. */
const MAX_IN_FLIGHT = 1_000

export interface RedisLog {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/**
 * The one way to Redis: a connection for commands and one for what is published. Redis is a helper that may vanish, so nothing
 * here rejects or throws, nothing waits longer than a command's 250 ms, and nothing is queued for a server that is away.
 * A server that is slow, frozen, full, read-only or wrong counts as away.
 */
export class RedisLink {
  readonly #id = randomUUID()
  readonly #commands: Redis
  readonly #subscriber: Redis
  readonly #log: RedisLog
  readonly #hearers = new Map<string, (message: string) => void>()
  #timer: NodeJS.Timeout | undefined
  #up = false
  #failedBeats = 0
  #heard: () => void = () => undefined
  #inFlight = 0

  constructor(settings: RedisSettings, log: RedisLog) {
    this.#log = log
    this.#commands = new Redis(settings.url, redisOptions(settings))
    this.#subscriber = new Redis(settings.url, redisOptions(settings))
    this.#hearers.set(this.#echo, (message) => {
      if (message === String(this.#beats)) this.#heard()
    })
    for (const connection of [this.#commands, this.#subscriber]) {
      connection.on('error', (error) => log.debug({ err: error }, 'a connection to Redis failed'))
      connection.on('close', () => this.#down('the connection was closed'))
    }
    this.#subscriber.on('ready', () => this.#listenTo([...this.#hearers.keys()]))
    this.#subscriber.on('message', (channel: string, message: string) => this.#hearers.get(channel)?.(message))
    this.#schedule(0)
  }

  /** Whether Redis takes writes, and what is published arrives here, within a fraction of a second. */
  connected(): boolean {
    return this.#up
  }

  /** Runs a command. null: Redis is away, or did not do it in time; it may still have been done. */
  async ask<T>(command: (redis: Redis) => Promise<T>): Promise<T | null> {
    if (!this.#up || this.#inFlight >= MAX_IN_FLIGHT) return null
    this.#inFlight++
    try {
      return await command(this.#commands)
    } catch (error) {
      this.#log.debug({ err: error }, 'a Redis command failed')
      if (!(error instanceof Error) || !isOwnFault(error)) this.#down(String(error))
      return null
    } finally {
      this.#inFlight--
    }
  }

  /** Resolves when the message is out, or dropped because Redis is away. */
  async publish(channel: string, message: string): Promise<void> {
    await this.ask((redis) => redis.publish(channel, message))
  }

  /** Hears a channel, now and after each reconnection; one hearer a channel. Returns the way to stop. */
  subscribe(channel: string, hear: (message: string) => void): () => void {
    this.#hearers.set(channel, hear)
    this.#listenTo([channel])
    return () => {
      if (this.#hearers.get(channel) !== hear) return
      this.#hearers.delete(channel)
      if (this.#subscriber.status !== 'ready') return
      this.#subscriber.unsubscribe(channel).catch((error) => this.#log.debug({ err: error }, 'unsubscribing failed'))
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#up = false
    this.#hearers.clear()
    this.#commands.disconnect()
    this.#subscriber.disconnect()
  }

  get #echo(): string {
    return `aia:echo:${this.#id}`
  }

  #beats = 0

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#beat().then(
        () => this.#timer && this.#schedule(BEAT_MS),
        (error) => this.#log.warn({ err: error }, 'the watch over Redis failed'),
      )
    }, delayMs)
    this.#timer.unref()
  }

  /** Writes, publishes and waits for its own echo: any of a dead, frozen, full or read-only server fails one of them. */
  async #beat(): Promise<void> {
    if (this.#commands.status !== 'ready' || this.#subscriber.status !== 'ready') return
    this.#beats++
    const heard = new Promise<void>((resolve, reject) => {
      this.#heard = resolve
      setTimeout(() => reject(new Error('what was published did not arrive')), BEAT_TIMEOUT_MS).unref()
    })
    try {
      await Promise.all([
        heard,
        this.#commands.set(`aia:alive:${this.#id}`, this.#beats, 'PX', 10_000),
        this.#commands.publish(this.#echo, String(this.#beats)),
      ])
      this.#back()
    } catch (error) {
      this.#down(error instanceof Error ? error.message : String(error))
      this.#failedBeats++
    }
    if (this.#failedBeats < BEATS_BEFORE_RECONNECT) return
    this.#failedBeats = 0
    this.#commands.disconnect(true)
    this.#subscriber.disconnect(true)
  }

  #back(): void {
    this.#failedBeats = 0
    if (this.#up || this.#timer === undefined) return
    this.#up = true
    this.#log.info({}, 'Redis is there')
  }

  #down(reason: string): void {
    if (!this.#up) return
    this.#up = false
    this.#log.warn(
      { reason },
      'Redis is away: other replicas are heard by polling the database, and limits count locally',
    )
  }

  #listenTo(channels: string[]): void {
    if (this.#subscriber.status !== 'ready') return
    this.#subscriber
      .subscribe(...channels)
      .catch((error) =>
        this.#log.debug({ err: error }, 'subscribing failed; it is done again with the next connection'),
      )
  }
}

/** The command was wrong, not the server: nobody else needs to go without Redis because of it. */
function isOwnFault(error: Error): boolean {
  return /^(ERR|WRONGTYPE|NOSCRIPT|NOPERM)\b/.test(error.message)
}
