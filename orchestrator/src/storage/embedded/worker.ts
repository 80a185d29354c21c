import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { copyData, finishSwap } from './data-files.ts'
import { DirectoryInUse, lockDirectory } from './directory-lock.ts'
import type { WorkerAnswer, WorkerRequest } from './worker-messages.ts'

// The thread of the embedded database: PostgreSQL as WebAssembly, which computes synchronously, and so must not share a thread
// with the streams of answers. It speaks the wire protocol; the driver on the other side does not know the difference.

const port = parentPort
if (port === null) throw new Error('This file is the thread of the embedded database, not a program')
const { directory } = workerData as { directory: string }

function answer(message: WorkerAnswer, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer)
}

try {
  const lock = lockDirectory(directory)
  const database = await openData(directory)
  port.on('message', (request: WorkerRequest) => serve(database, lock, request))
  answer({ kind: 'ready' })
} catch (error) {
  const message = error instanceof Error ? error.message : String(error)
  answer({ kind: 'refused', message, inUse: error instanceof DirectoryInUse })
  port.close()
}

/** A directory without the mark was never ready, so nothing in it was ever acknowledged: its creation begins anew. */
async function openData(root: string): Promise<PGlite> {
  const dataDir = join(root, 'data')
  const mark = join(root, 'created')
  finishSwap(root)
  const created = existsSync(mark)
  if (created && !existsSync(dataDir))
    throw new Error(`${mark} says that there is a database, but ${dataDir} is not there`)
  if (!created) rmSync(dataDir, { recursive: true, force: true })
  answer({ kind: 'progress', step: created ? 'open' : 'create' })
  const database = await PGlite.create({ dataDir, extensions: { pg_trgm } })
  if (!created) writeFileSync(mark, new Date().toISOString())
  return database
}

function serve(database: PGlite, lock: { release(): void }, request: WorkerRequest): void {
  switch (request.kind) {
    case 'bytes':
      return reply(database.execProtocolRawSync(request.bytes))
    case 'reset':
      database.execProtocolRawSync(simpleQuery('rollback'))
      return reply(database.execProtocolRawSync(simpleQuery('discard all')))
    case 'snapshot':
      return copySnapshot(request.directory)
    case 'close':
      void database
        .close()
        .catch(() => undefined)
        .then(() => {
          lock.release()
          answer({ kind: 'closed' })
          port?.close()
        })
  }
}

/** Nothing else runs in this thread, so the files stand still: what is copied is what a killed process would have left. */
function copySnapshot(into: string): void {
  try {
    copyData(directory, into)
    answer({ kind: 'bytes', bytes: new Uint8Array(0) })
  } catch (error) {
    answer({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
}

/**
 * Each request ends with a synchronisation, so each answer with ReadyForQuery (six bytes, the first `Z`). Without it
 * PostgreSQL has come to an end in the middle, and its library has swallowed the reason. An error thrown here ends this
 * thread, and with it every connection; the next one starts it again.
 */
function reply(raw: Uint8Array): void {
  if (raw.at(-6) !== 0x5a) throw new Error('PostgreSQL has stopped in the middle of a request')
  const bytes = new Uint8Array(raw)
  answer({ kind: 'bytes', bytes }, [bytes.buffer])
}

/** PostgreSQL protocol 3.0, message `Query`. */
function simpleQuery(sql: string): Uint8Array {
  const text = Buffer.from(`${sql}\0`)
  const message = Buffer.alloc(5 + text.length)
  message.write('Q')
  message.writeInt32BE(4 + text.length, 1)
  text.copy(message, 5)
  return message
}
