import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { StorageLog } from '../storage-log.ts'
import { DirectoryInUse } from './directory-lock.ts'
import type { EmbeddedStep, WorkerAnswer, WorkerRequest } from './worker-messages.ts'

/** PostgreSQL's own shutdown takes a second; what has not ended after this is stuck, and as safe to end as a killed process. */
const CLOSE_MS = 20_000

type Pending = { resolve: (bytes: Uint8Array) => void; reject: (error: Error) => void }
type Running = { worker: Worker; pending: Pending[]; closed: () => void }

/** PostgreSQL in a thread of this process. If the thread dies, its connections fail and the next one starts it again. */
export class EmbeddedServer {
  #directory: string
  #log: StorageLog
  #progress: (step: EmbeddedStep) => void
  #running: Promise<Running> | undefined
  #closing = false

  constructor(directory: string, log: StorageLog, progress: (step: EmbeddedStep) => void) {
    this.#directory = directory
    this.#log = log
    this.#progress = progress
  }

  /** Rejects with `DirectoryInUse`, or with what kept PostgreSQL from starting. */
  async start(): Promise<void> {
    await this.#run()
  }

  /** Sends a request and returns the bytes of its answer. Rejects when the thread dies. */
  async request(request: WorkerRequest, transfer: ArrayBuffer[] = []): Promise<Uint8Array> {
    const running = await this.#run()
    return new Promise((resolve, reject) => {
      running.pending.push({ resolve, reject })
      running.worker.postMessage(request, transfer)
    })
  }

  async close(): Promise<void> {
    this.#closing = true
    if (this.#running === undefined) return
    const running = await this.#running.catch(() => undefined)
    if (running === undefined) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CLOSE_MS)
      running.closed = () => {
        clearTimeout(timer)
        resolve()
      }
      running.worker.postMessage({ kind: 'close' } satisfies WorkerRequest)
    })
    await running.worker.terminate()
  }

  #run(): Promise<Running> {
    if (this.#running === undefined) {
      if (this.#closing) return Promise.reject(new Error('Connection terminated: the database is closing'))
      this.#running = this.#startWorker()
      this.#running.catch(() => {
        this.#running = undefined
      })
    }
    return this.#running
  }

  #startWorker(): Promise<Running> {
    keepWasmWrappers()
    // Without the flags of this process: those for a script given as text, a debugger or a watcher are not for the thread.
    const options = { workerData: { directory: this.#directory }, execArgv: [] }
    const worker = new Worker(threadFile(), options)
    const running: Running = { worker, pending: [], closed: () => undefined }
    return new Promise((resolve, reject) => {
      worker.on('message', (answer: WorkerAnswer) => {
        switch (answer.kind) {
          case 'progress':
            return this.#progress(answer.step)
          case 'ready':
            return resolve(running)
          case 'refused':
            return reject(answer.inUse ? new DirectoryInUse(answer.message) : new Error(answer.message))
          case 'bytes':
            return running.pending.shift()?.resolve(answer.bytes)
          case 'failed':
            return running.pending.shift()?.reject(new Error(answer.message))
          case 'closed':
            return running.closed()
        }
      })
      const end = (error: Error) => {
        reject(error)
        this.#lose(running, error)
      }
      worker.on('error', (error) => end(error instanceof Error ? error : new Error(String(error))))
      worker.on('exit', () => end(new Error('Connection terminated: the thread of the embedded database has ended')))
    })
  }

  #lose(running: Running, error: Error): void {
    running.closed()
    if (!this.#closing && running.pending.length > 0) {
      this.#log.warn(
        { err: error },
        'the embedded database stopped in the middle of its work, and will be started again',
      )
    }
    for (const { reject } of running.pending.splice(0)) reject(error)
    this.#running = undefined
  }
}

/**
 * Keeps V8 from replacing the wrappers through which WebAssembly calls JavaScript by faster ones. Where instances come and go
 * (one creates the database, another serves it) V8 13.6 may free a replaced wrapper twice, and ends the whole process with
 * `jit_page_->allocations_.erase(addr) == 1` (https://github.com/nodejs/node/issues/64500). PostgreSQL calls out for files
 * alone; its inserts are not measurably slower.
 */
function keepWasmWrappers(): void {
  setFlagsFromString('--wasm-wrapper-tiering-budget=2000000000')
}

/** Beside this file: as it was written, or as it was built. */
function threadFile(): URL {
  if (import.meta.url.endsWith('.js')) return new URL('worker.js', import.meta.url)
  return new URL('worker.ts', import.meta.url)
}
