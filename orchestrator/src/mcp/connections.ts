import { sleep } from '../lib/sleep.ts'
import { McpConnection, defaultTimings, type ConnectionTimings, type McpConnectionOptions } from './connection.ts'
import { createOperatorFetch } from './operator-fetch.ts'
import type { ServerSpec } from './server-spec.ts'

/** 4 MiB: sixteen times what a model is shown, and read within some tens of milliseconds. */
const maxResponseBytes = 4 * 1024 * 1024
const connectTimeoutMs = 10_000

export type ConnectionsOptions = Pick<McpConnectionOptions, 'version'> & {
  timings?: Partial<ConnectionTimings>
  connectTimeoutMs?: number
}

/** All tool servers of this process. */
export interface McpConnections {
  readonly list: readonly McpConnection[]
  /** Calls back after every change of a server's state or tools. Returns how to stop that. */
  onChange(listener: () => void): () => void
  /** Resolves when every server's first attempt has ended, or after `ms`. */
  settled(ms: number): Promise<void>
  close(): Promise<void>
}

/** Starts to connect to every server, and does not wait for any. */
export function openConnections(specs: readonly ServerSpec[], options: ConnectionsOptions): McpConnections {
  const listeners = new Set<() => void>()
  const closers: (() => Promise<void>)[] = []
  const list = specs.map((spec) => {
    const way = spec.reach.kind === 'http' ? createOperatorFetch(spec.reach.url) : null
    if (way !== null) closers.push(way.close)
    return new McpConnection(spec, {
      version: options.version,
      fetch: way?.fetch ?? refuseFetch,
      maxResponseBytes,
      timeoutMs: options.connectTimeoutMs ?? connectTimeoutMs,
      timings: { ...defaultTimings, ...options.timings },
      onChange: () => listeners.forEach((listener) => listener()),
    })
  })
  for (const connection of list) connection.start()
  return {
    list,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    settled: async (ms) => {
      const enough = new AbortController()
      await Promise.race([Promise.all(list.map((connection) => connection.settled)), sleep(ms, enough.signal)])
      enough.abort()
    },
    close: async () => {
      await Promise.all(list.map((connection) => connection.close()))
      await Promise.all(closers.map((close) => close()))
    },
  }
}

/** A child process is spoken to through its pipes; nothing of it may reach the network in our name. */
async function refuseFetch(): Promise<never> {
  throw new Error('This server is not reached over HTTP')
}
