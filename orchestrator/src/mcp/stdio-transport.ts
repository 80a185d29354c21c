import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  ReadBuffer,
  SdkError,
  SdkErrorCode,
  serializeMessage,
  type JSONRPCMessage,
  type MessageExtraInfo,
  type Transport,
} from '@modelcontextprotocol/client'
import { sleep } from '../lib/sleep.ts'
import type { StdioReach } from './server-spec.ts'

/** How long a child may take to end by itself, and again after SIGTERM. */
const graceMs = 1000
/** How long what a child wrote before its end is still read: a grandchild may hold its pipes open. */
const drainMs = 200
const keptErrorChars = 500

/**
 * A tool server as a child process, newline-delimited JSON on its standard streams. The child leads a process group of
 * its own, so that what it started ends with it. Its environment is what it was given, and nothing else.
 */
export class StdioTransport implements Transport {
  onclose?: (() => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  onmessage?: ((message: JSONRPCMessage, extra?: MessageExtraInfo) => void) | undefined
  /** With `pid`, how the SDK knows a pipe from HTTP: on a pipe silence means an older protocol, not an outage. */
  readonly stderr = null
  readonly #reach: StdioReach
  readonly #buffer: ReadBuffer
  #child: ChildProcess | undefined
  #ended: Promise<void> = Promise.resolve()
  #lastWords = ''

  constructor(reach: StdioReach, maxMessageBytes: number) {
    this.#reach = reach
    this.#buffer = new ReadBuffer({ maxBufferSize: maxMessageBytes })
  }

  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  /** The end of what the child wrote to its standard error: often why it stopped. */
  get lastWords(): string {
    return this.#lastWords.trim()
  }

  async start(): Promise<void> {
    const child = spawn(this.#reach.command, this.#reach.args, {
      env: this.#reach.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    this.#child = child
    this.#ended = this.#end(child)
    child.stdout.on('data', (chunk: Buffer) => this.#read(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-keptErrorChars)
    })
    for (const stream of [child.stdin, child.stdout, child.stderr]) {
      stream.on('error', (error) => this.onerror?.(error))
    }
    await once(child, 'spawn')
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin
    if (!stdin?.writable) throw new SdkError(SdkErrorCode.NotConnected, 'The child process has ended')
    if (stdin.write(serializeMessage(message))) return
    await Promise.race([once(stdin, 'drain'), this.#ended])
  }

  async close(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    child.stdin?.end()
    if (await this.#endsWithin(graceMs)) return
    signalGroup(child, 'SIGTERM')
    if (await this.#endsWithin(graceMs)) return
    signalGroup(child, 'SIGKILL')
    await this.#ended
  }

  #read(chunk: Buffer): void {
    try {
      this.#buffer.append(chunk)
    } catch (error) {
      this.#fail(error)
      if (this.#child !== undefined) signalGroup(this.#child, 'SIGKILL')
      return
    }
    for (let more = true; more;) {
      try {
        const message = this.#buffer.readMessage()
        more = message !== null
        if (message !== null) this.onmessage?.(message)
      } catch (error) {
        // A line that is no message: told, and the next line is read.
        this.#fail(error)
      }
    }
  }

  #fail(error: unknown): void {
    this.onerror?.(error instanceof Error ? error : new Error(String(error)))
  }

  async #end(child: ChildProcess): Promise<void> {
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.once('error', () => resolve())
    })
    await Promise.race([closed, sleep(drainMs)])
    signalGroup(child, 'SIGKILL')
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
    this.#child = undefined
    this.#buffer.clear()
    this.onclose?.()
  }

  async #endsWithin(ms: number): Promise<boolean> {
    const cancel = new AbortController()
    const ended = await Promise.race([this.#ended.then(() => true), sleep(ms, cancel.signal).then(() => false)])
    cancel.abort()
    return ended
  }
}

function signalGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
