import type { Doorbell } from '../doorbell/doorbell.ts'
import type { Journal } from '../journal/journal.ts'
import { RunFenced, type RunWriter } from '../journal/run-writer.ts'
import { declareOthersDead, takeOverRuns, type TakenRun, takeUpOwnRuns } from '../journal/take-over.ts'
import { holdWorkerLease, type WorkerLease } from '../journal/worker-lease.ts'
import { failpoint } from '../lib/failpoint.ts'
import { sleep } from '../lib/sleep.ts'
import { SoonestTimer } from '../lib/soonest-timer.ts'
import type { AnswerLimits } from '../limits/count-answer.ts'
import type { Database } from '../storage/database.ts'
import { answerApproval, type ApprovalDecision, claimOverdue, requestCancel } from './answer-approval.ts'
import { chargeDeleted } from './charge-deleted.ts'
import { driveRun, openWriter } from './drive-run.ts'
import { failRun, type LaunchedRun } from './fail-run.ts'
import { loadRun } from './resume-run.ts'
import { outlast } from './outlast.ts'
import { readOwnRuns } from './read-own-runs.ts'
import type { RunContext, RunDeps, StopReason } from './run-context.ts'
import { startRunSpan } from './run-spans.ts'
import { startContext } from './start-context.ts'
import type { StartRequest } from './start-request.ts'
import { type StartedRun, startRun } from './start-run.ts'

/** How often this worker looks for runs to take over, for cancels it has not heard of, and for unanswered questions. */
const LOOK_MS = 1000
/** Sooner it looks where a lease runs out before, and that much later: a renewal may be under way. */
const AFTER_LEASE_MS = 150

/** How long a closing worker waits for the last commits of the answers it hands over. */
const LAST_WORDS_MS = 3000

export interface RunManagerOptions {
  database: Database
  journal: Journal
  doorbell: Doorbell
  deps: RunDeps
  /** How many answers a person may start; null: any number. */
  limits: AnswerLimits | null
  /** Shared by a server's lives, e.g. host and port. */
  workerName: string
}

/** Reads what a run goes on from; null where it is gone. */
type Load = (signal: AbortSignal) => Promise<{ context: RunContext; lastSeq: number } | null>

interface ActiveRun {
  epoch: number
  stop: AbortController
  done: Promise<void>
}

/** All answers this process writes: starts them, takes over lost ones, stops them, hands them over. */
export class RunManager {
  readonly #options: RunManagerOptions
  readonly #active = new Map<string, ActiveRun>()
  #lease: WorkerLease | null = null
  #deaf: (() => void) | null = null
  /** A ring that comes while a look ends is not put off by what that one plans. */
  readonly #nextLook = new SoonestTimer(() => this.#startLook())
  #looking: Promise<void> = Promise.resolve()
  /** Runs that named this worker at the last look, and that it did not execute. */
  #idle: ReadonlySet<string> = new Set()
  #handsOver = false

  private constructor(options: RunManagerOptions) {
    this.#options = options
  }

  static async open(options: RunManagerOptions): Promise<RunManager> {
    const manager = new RunManager(options)
    manager.#lease = await holdWorkerLease({
      database: options.database,
      name: options.workerName,
      log: options.deps.log,
      onLost: () => manager.#stopAll('fenced'),
      onReplaced: () => manager.#listen(),
    })
    if (options.database.kind === 'embedded') await declareOthersDead(options.database, manager.#held().id())
    manager.#listen()
    return manager
  }

  /**
   * Looks for answers to take over, from now on. To be called once this server listens: a second one started on the same
   * host and port by mistake bears the same name, and would take from the first what it then cannot serve.
   */
  begin(): void {
    this.#nextLook.plan(0)
  }

  get size(): number {
    return this.#active.size
  }

  /** Accepts a question; once this resolves, its answer will be written whatever dies. Throws `SendRefused`. */
  async start(request: StartRequest, personId: string): Promise<StartedRun> {
    const { database, deps } = this.#options
    const started = await startRun(request, {
      database,
      personId,
      workerId: await this.#held().current(),
      model: deps.model().view.id,
      limits: this.#options.limits,
      newId: deps.newId,
    })
    failpoint('start.after-commit')
    const { run } = started
    if (run) {
      deps.observe.started(run.kind)
      const { requestId, trace } = request
      deps.log.info({ run: run.id, request: requestId, trace: trace?.traceId, kind: run.kind }, 'An answer begins')
      this.#launch(run, async (signal) => ({ context: startContext(request, started, run, signal), lastSeq: 0 }))
    }
    return started
  }

  /** Asks for an answer to stop; what was written is kept. Throws `SendRefused`. */
  async cancel(request: { personId: string; runId: string }): Promise<void> {
    const { workerId, taken } = await requestCancel(this.#options.database, request, await this.#held().current())
    failpoint('cancel.after-commit')
    if (taken) this.#resume(taken, false)
    this.#stop(request.runId, 'cancel')
    if (workerId !== null) this.#options.doorbell.ring({ runId: workerId, seq: 0 })
  }

  /** The run's conversation was deleted: whoever writes it stops, and nothing of it is kept. */
  drop(runId: string): void {
    this.#stop(runId, 'fenced')
    this.#options.doorbell.ring({ runId, seq: Number.MAX_SAFE_INTEGER })
  }

  /** A person allows or refuses one tool call. Throws `SendRefused`. */
  async answer(decision: ApprovalDecision): Promise<void> {
    const { database, deps } = this.#options
    const taken = await answerApproval(database, decision, await this.#held().current(), deps.tools)
    failpoint('approval.after-commit')
    if (taken) this.#resume(taken, false)
  }

  /**
   * Hands everything over: waits for running answers until `patience` ends, then lets the rest stop after its next commit,
   * and gives the lease back, so that another worker goes on at once. Without its database it only stops: the answers and
   * the lease are found by others when it is back.
   */
  async close(patienceMs: number): Promise<void> {
    this.#nextLook.stop()
    await this.#looking
    const timer = setTimeout(() => this.#handOver(), patienceMs)
    await this.#idleWithin(patienceMs + LAST_WORDS_MS)
    clearTimeout(timer)
    this.#handOver()
    this.#deaf?.()
    const late = (error: unknown): void =>
      this.#options.deps.log.warn({ err: error }, 'The lease could not be given back; it runs out by itself')
    await this.#giveBack().catch(late)
    // In any case: a lease that is still renewed would keep the process alive.
    await this.#lease?.release().catch(late)
  }

  /** Every answer here stops after its next commit, those still to be launched too. */
  #handOver(): void {
    this.#handsOver = true
    this.#stopAll('drain')
  }

  async #idleWithin(ms: number): Promise<void> {
    const idle = new AbortController()
    const late = sleep(ms, idle.signal).then(() => 'late' as const)
    while (this.#active.size > 0) {
      const all = Promise.all([...this.#active.values()].map((run) => run.done))
      if ((await Promise.race([all, late])) === 'late') return
    }
    idle.abort()
  }

  #held(): WorkerLease {
    if (this.#lease === null) throw new Error('The worker has no lease yet')
    return this.#lease
  }

  /** Runs given back have no worker: their next one does not count a death. */
  async #giveBack(): Promise<void> {
    await this.#options.database.asSystem((tx) =>
      tx.sql(`update run set worker_id = null where worker_id = $1 and state = 'running'`, [this.#held().id()]),
    )
  }

  #launch(run: LaunchedRun, load: Load): void {
    const former = this.#active.get(run.id)
    // The commit that started it was heard of so late that it was taken up already.
    if (former !== undefined && former.epoch > run.epoch) return
    former?.stop.abort('fenced' satisfies StopReason)
    const stop = new AbortController()
    // What is loaded from is let go of: an answer may take long, and of its question it needs no more than its context.
    const done = this.#execute(run, load(stop.signal), stop.signal).finally(() => {
      if (this.#active.get(run.id)?.stop === stop) this.#active.delete(run.id)
    })
    this.#active.set(run.id, { epoch: run.epoch, stop, done })
    if (this.#handsOver) stop.abort('drain' satisfies StopReason)
  }

  /** Never rejects: whatever goes wrong ends the run, or leaves it to another worker. */
  async #execute(run: LaunchedRun, loading: ReturnType<Load>, signal: AbortSignal): Promise<void> {
    const { journal, deps, database } = this.#options
    let context: RunContext | undefined
    let writer: RunWriter | undefined
    try {
      const loaded = await loading
      if (loaded === null) return
      context = loaded.context
      context.span = startRunSpan(context, deps)
      writer = openWriter(journal, context, loaded.lastSeq, deps)
      await driveRun(context, writer, deps)
      if (signal.reason === ('fenced' satisfies StopReason)) await chargeDeleted(database, context, deps)
    } catch (error) {
      if (error instanceof RunFenced) {
        deps.log.info(
          { run: run.id, trace: run.trace?.traceId },
          'This answer was taken over by another worker, or deleted',
        )
        if (context) await chargeDeleted(database, context, deps)
        return
      }
      deps.log.error({ err: error, run: run.id, trace: run.trace?.traceId }, 'An answer could not be gone on with')
      context?.span?.fail('internal')
      await failRun({ database, deps, run, context, writer })
    } finally {
      context?.span?.end()
    }
  }

  #resume(taken: TakenRun, resumed: boolean): void {
    const { database, journal } = this.#options
    const { silentMs } = taken
    const lostSince = typeof silentMs === 'number' ? this.#options.deps.clock() - silentMs : null
    this.#launch(taken, (signal) =>
      outlast(() => loadRun(database, journal, taken, { signal, resumed, lostSince }), signal),
    )
    if (taken.cancelRequested) this.#stop(taken.id, 'cancel')
  }

  #stop(runId: string, reason: StopReason): void {
    this.#active.get(runId)?.stop.abort(reason)
  }

  #stopAll(reason: StopReason): void {
    for (const run of this.#active.values()) run.stop.abort(reason)
  }

  /** Any ring for the worker itself says: look at your runs' rows now. */
  #listen(): void {
    this.#deaf?.()
    this.#deaf = this.#options.doorbell.listen(this.#held().id(), () => this.#nextLook.plan(0))
  }

  #startLook(): void {
    this.#looking = this.#looking
      .then(() => this.#look())
      .catch((error: unknown) => {
        this.#options.deps.log.warn({ err: error }, 'Looking for lost answers failed')
        return LOOK_MS
      })
      .then((pause) => this.#nextLook.plan(pause))
  }

  /** Returns after how many milliseconds to look again: when the next worker may turn out to be lost, if that is soon. */
  async #look(): Promise<number> {
    const { database, workerName } = this.#options
    const me = await this.#held().current()
    await this.#lookAtOwn(me)
    const graceMs = this.#held().graceMs()
    const { runs, nextLossMs } = await takeOverRuns(database, { id: me, name: workerName, believes: graceMs === 0 })
    for (const taken of runs) this.#resume(taken, true)
    for (const taken of await claimOverdue(database, me)) this.#resume(taken, false)
    const nextMs = graceMs > 0 ? graceMs : nextLossMs === null ? LOOK_MS : Math.max(0, nextLossMs) + AFTER_LEASE_MS
    return Math.min(LOOK_MS, nextMs)
  }

  /**
   * Hears of cancels, stops what was deleted or taken over, and takes up what nobody executes: a start, an approval or a takeover whose commit was not heard of
   * is this worker's all the same. One that is idle at two looks in a row is not just about to begin.
   */
  async #lookAtOwn(me: string): Promise<void> {
    const { database } = this.#options
    const executed = [...this.#active.keys()]
    const own = await readOwnRuns(database, me)
    for (const run of own) if (run.cancelled) this.#stop(run.id, 'cancel')
    const ownIds = new Set(own.map((run) => run.id))
    for (const id of executed) if (!ownIds.has(id)) this.#stop(id, 'fenced')
    const idle = own.filter((run) => !this.#active.has(run.id)).map((run) => run.id)
    const forgotten = idle.filter((id) => this.#idle.has(id))
    this.#idle = new Set(idle)
    if (forgotten.length === 0) return
    for (const taken of await takeUpOwnRuns(database, me, forgotten)) this.#resume(taken, true)
  }
}
