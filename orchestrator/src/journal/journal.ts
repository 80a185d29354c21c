import type { StreamPart } from '@ai-assistant/contract'
import type { Logger } from 'pino'
import type { Doorbell, RingEvent } from '../doorbell/doorbell.ts'
import type { Database } from '../storage/database.ts'
import { Committer } from './committer.ts'
import { ReaderHub } from './reader-hub.ts'
import { readAllEvents } from './read-events.ts'
import { RunWriter } from './run-writer.ts'
import { transact } from './transact.ts'

/** The log of all answers: what readers see is what is committed here, and nothing is shown before it is. */
export interface Journal {
  /** Opens a run for writing in one epoch. `lastSeq` is what its journal holds already. */
  open(run: { runId: string; epoch: number; lastSeq: number; onText?: () => void }): RunWriter
  /** Everything a run has in the journal, as stream parts. */
  read(runId: string): Promise<{ parts: StreamPart[]; lastSeq: number }>
  readonly readers: ReaderHub
  close(): Promise<void>
}

export function openJournal(options: {
  database: Database
  doorbell: Doorbell
  log: Logger
  observe?: (commit: { seconds: number; rows: number }) => void
}): Journal {
  const { database, doorbell } = options
  const stopping = new AbortController()
  const emit = (runId: string, events: readonly RingEvent[]): void => {
    const seq = events.at(-1)?.seq
    if (seq !== undefined) doorbell.ring({ runId, seq, events })
  }
  const committer = new Committer({ ...options, emit })
  const readers = new ReaderHub(options)
  return {
    open: (run) =>
      new RunWriter({
        ...run,
        wake: committer.wake,
        transact: async (writer, events, work) => {
          await transact(database, writer, events, work, stopping.signal)
          emit(writer.runId, events)
        },
      }),
    read: async (runId) => {
      const events = await readAllEvents(database, runId)
      return { parts: events.map(parseEvent), lastSeq: events.at(-1)?.seq ?? 0 }
    },
    readers,
    close: async () => {
      stopping.abort()
      readers.moveAll()
      await committer.close()
    },
  }
}

/** The journal holds only what this program wrote, so its payloads are taken at their word. */
function parseEvent(event: RingEvent): StreamPart {
  return JSON.parse(event.payload) as StreamPart
}
