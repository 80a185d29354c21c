import type { Logger } from 'pino'
import type { RingEvent } from '../doorbell/doorbell.ts'
import { failpoint } from '../lib/failpoint.ts'
import { sleep } from '../lib/sleep.ts'
import type { Database, Session } from '../storage/database.ts'
import { sqlState } from '../storage/errors.ts'
import { RunFenced, type RunWriter } from './run-writer.ts'

/** One run's share of a batch. */
interface Share {
  writer: RunWriter
  events: RingEvent[]
}

export interface CommitterOptions {
  database: Database
  log: Logger
  /** Called after each commit, and never before it: this is what makes "persist, then emit" true. */
  emit: (runId: string, events: readonly RingEvent[]) => void
  observe?: (commit: { seconds: number; rows: number }) => void
}

/** Rows in one statement at the most; the rest goes with the next. */
const MAX_ROWS = 2048

/**
 * Group commit: all runs of this process share one statement. The next commit starts when the last one returns, so the
 * busier the process, the larger its batches; an idle one commits a token at once.
 */
export class Committer {
  readonly #options: CommitterOptions
  readonly #session: Session
  readonly #dirty = new Set<RunWriter>()
  readonly #stopping = new AbortController()
  #running: Promise<void> | null = null

  constructor(options: CommitterOptions) {
    this.#options = options
    this.#session = options.database.openSession()
  }

  readonly wake = (writer: RunWriter): void => {
    this.#dirty.add(writer)
    this.#running ??= this.#run().finally(() => {
      this.#running = null
    })
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    await this.#session.close()
  }

  async #run(): Promise<void> {
    // Lets every delta of the current turn of the event loop join the first batch.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#dirty.size > 0 && !this.#stopping.signal.aborted) {
      const batch = this.#take()
      if (batch.length > 0) await this.#commit(batch)
    }
  }

  #take(): Share[] {
    const batch: Share[] = []
    let rows = 0
    for (const writer of this.#dirty) {
      if (rows >= MAX_ROWS) break
      this.#dirty.delete(writer)
      const events = writer.take()
      if (events === null) continue
      batch.push({ writer, events })
      rows += events.length
    }
    return batch
  }

  /** Commits a batch whatever happens: retries while the database is away, and settles every run in it exactly once. */
  async #commit(batch: Share[]): Promise<void> {
    let open = batch
    let collided = false
    for (let attempt = 0; open.length > 0; attempt++) {
      if (attempt > 0) await sleep(Math.min(50 * 2 ** attempt, 1000), this.#stopping.signal)
      if (this.#stopping.signal.aborted) return settleAll(open, new RunFenced('this process stops'))
      try {
        if (attempt > 0) open = await this.#withoutCommitted(open)
        if (open.length > 0) await this.#insert(open)
        open = []
      } catch (error) {
        // An earlier attempt of ours that nobody had heard of has come through meanwhile: it is looked up once more.
        const collides: boolean = sqlState(error) === '23505' && attempt > 0 && !collided
        collided ||= collides
        if (isFaultOfData(error) && !collides) return this.#commitOneByOne(open, error)
        this.#options.log.warn({ err: error, attempt }, 'The journal could not commit; it tries again')
        await this.#makePartitions(error)
      }
    }
  }

  async #insert(batch: readonly Share[]): Promise<void> {
    const began = performance.now()
    const { rows, values } = toArrays(batch)
    failpoint('journal.before-insert')
    const { rowCount } = await this.#session.query({ name: 'journal_append', text: APPEND, values })
    failpoint('journal.after-commit')
    this.#options.observe?.({ seconds: (performance.now() - began) / 1000, rows })
    const fenced = rowCount < rows ? await this.#findFenced(batch) : new Set<RunWriter>()
    for (const { writer, events } of batch) {
      if (fenced.has(writer)) writer.fail(new RunFenced(`run ${writer.runId} is written by another worker`))
      else this.#emitAndSettle(writer, events)
    }
  }

  #emitAndSettle(writer: RunWriter, events: readonly RingEvent[]): void {
    this.#options.emit(writer.runId, events)
    writer.committed()
  }

  async #findFenced(batch: readonly Share[]): Promise<Set<RunWriter>> {
    const { rows } = await this.#session.query<{ id: string; epoch: number }>({
      text: 'select id, epoch from run where id = any($1::uuid[])',
      values: [uuidArray(batch)],
    })
    const epochs = new Map(rows.map((row) => [row.id, row.epoch]))
    return new Set(batch.map(({ writer }) => writer).filter((writer) => epochs.get(writer.runId) !== writer.epoch))
  }

  /** After a commit with an unknown outcome: what is in the journal is not sent again, but told to its readers. */
  async #withoutCommitted(batch: readonly Share[]): Promise<Share[]> {
    const { rows } = await this.#session.query<{ id: string; last: string | null; epoch: number | null }>({
      text: LAST_EVENTS,
      values: [uuidArray(batch)],
    })
    const last = new Map(rows.map((row) => [row.id, row]))
    return batch.filter(({ writer, events }) => {
      const found = last.get(writer.runId)
      const end = events.at(-1)?.seq ?? 0
      if (found === undefined || Number(found.last ?? 0) < end) return true
      if (found.epoch === writer.epoch) this.#emitAndSettle(writer, events)
      else writer.fail(new RunFenced(`run ${writer.runId} is written by another worker`))
      return false
    })
  }

  /** One run's bad data must not fail the others: each is committed alone, and only the bad one ends. */
  async #commitOneByOne(batch: readonly Share[], cause: unknown): Promise<void> {
    if (batch.length === 1) return settleAll(batch, new Error('The journal refused this answer', { cause }))
    for (const share of batch) await this.#commit([share])
  }

  async #makePartitions(error: unknown): Promise<void> {
    if (sqlState(error) !== '23514') return
    await this.#session.query({ text: 'select maintain_run_event(7)', values: [] }).catch((failure: unknown) => {
      this.#options.log.error({ err: failure }, "The journal's partitions could not be made")
    })
  }
}

const APPEND = `
  insert into run_event (run_id, seq, epoch, payload)
  select e.run_id, e.seq, e.epoch, e.payload
  from unnest($1::uuid[], $2::bigint[], $3::int[], string_to_array($4, e'\\x1e')) e(run_id, seq, epoch, payload)
  join run r on r.id = e.run_id and r.epoch = e.epoch
  for share of r`

const LAST_EVENTS = `
  select r.id, e.seq as last, e.epoch
  from unnest($1::uuid[]) r(id)
  left join lateral (select seq, epoch from run_event where run_id = r.id order by seq desc limit 1) e on true`

/** Data exceptions and broken constraints, but for a missing partition, which is mended. */
function isFaultOfData(error: unknown): boolean {
  const state = sqlState(error)
  return state.startsWith('22') || (state.startsWith('23') && state !== '23514')
}

function settleAll(batch: readonly Share[], error: Error): void {
  for (const { writer } of batch) writer.fail(error)
}

function uuidArray(batch: readonly Share[]): string {
  return `{${batch.map(({ writer }) => writer.runId).join()}}`
}

/** JSON text holds it only as an escape, so that payloads need none between them. */
const BETWEEN_PAYLOADS = '\x1e'

/** PostgreSQL array literals, written by hand: the driver's array encoder costs more than the rest of the commit. */
function toArrays(batch: readonly Share[]): { rows: number; values: string[] } {
  const runIds: string[] = []
  const seqs: number[] = []
  const epochs: number[] = []
  const payloads: string[] = []
  for (const { writer, events } of batch) {
    for (const event of events) {
      runIds.push(writer.runId)
      seqs.push(event.seq)
      epochs.push(writer.epoch)
      payloads.push(event.payload)
    }
  }
  const numbers = [runIds, seqs, epochs].map((column) => `{${column.join()}}`)
  return { rows: runIds.length, values: [...numbers, payloads.join(BETWEEN_PAYLOADS)] }
}
