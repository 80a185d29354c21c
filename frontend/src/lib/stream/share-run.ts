import { followRun, type FollowOptions } from './follow-run.ts'
import { createSeqFilter, type RunEvent, type RunOutcome } from './run-event.ts'

/**
 * What tabs of one browser say to each other about a run. The tab that holds the run's lock reads the stream and tells the
 * others. `from` is the seq the batch goes on from: whoever has less asks for what it missed.
 */
type Word =
  | { kind: 'ask'; after: number }
  | { kind: 'events'; from: number; events: RunEvent[] }
  | { kind: 'connection'; state: 'connected' | 'lost' }
  | { kind: 'end'; outcome: RunOutcome }

/** A leader that has not answered a question for this long is asleep: the tab reads for itself. */
const SILENT_LEADER_MS = 1_500
const ASK_EVERY_MS = 5_000
/** After the end the lock is held a little longer: the others hear of the end before one of them gets it and asks again. */
const LINGER_MS = 1_000

/**
 * As `followRun`, with one connection for all tabs of this browser: browsers allow six per origin on HTTP/1.1, and six tabs
 * would leave none to send with. Falls back to a stream of its own where the browser offers no locks or the leader is silent.
 */
export async function shareRun(options: FollowOptions): Promise<RunOutcome> {
  if (typeof BroadcastChannel === 'undefined' || !globalThis.navigator?.locks) return followRun(options)
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const channel = new BroadcastChannel(`run:${options.runId}`)
  const shared = createShared(options, channel)
  try {
    // Whichever comes first: this tab gets the lock and leads, or another tab leads to the end, or that one falls silent.
    return await Promise.race([
      lead({ ...options, signal }, shared, channel),
      listen({ ...options, signal }, shared, channel),
    ])
  } finally {
    stop.abort()
    channel.close()
  }
}

interface Shared {
  /** What this tab has read, so that it can lead others from the start. */
  readonly log: RunEvent[]
  readonly last: number
  leads: boolean
  finished: boolean
  take: (events: readonly RunEvent[]) => RunEvent[]
}

function createShared(options: FollowOptions, channel: BroadcastChannel): Shared {
  const filter = createSeqFilter(options.after)
  const log: RunEvent[] = []
  const shared: Shared = {
    log,
    get last() {
      return filter.last
    },
    leads: false,
    finished: false,
    take: (events) => {
      const from = filter.last
      const fresh = filter.take(events)
      if (fresh.length === 0) return fresh
      log.push(...fresh.filter((event) => event.seq !== null))
      shared.finished ||= fresh.some((event) => event.part.type === 'finish')
      options.onEvents(fresh)
      if (shared.leads) say(channel, { kind: 'events', from, events: fresh })
      return fresh
    },
  }
  return shared
}

function lead(options: FollowOptions, shared: Shared, channel: BroadcastChannel): Promise<RunOutcome> {
  return new Promise((resolve) => {
    const reading = async () => {
      const outcome = await readForAll(options, shared, channel)
      resolve(outcome)
      if (outcome !== 'aborted') await new Promise((done) => setTimeout(done, LINGER_MS))
    }
    navigator.locks
      .request(`run:${options.runId}`, { signal: options.signal }, reading)
      // The wait for the lock was given up: this reader has ended in another way.
      .catch(() => resolve('aborted'))
  })
}

async function readForAll(options: FollowOptions, shared: Shared, channel: BroadcastChannel): Promise<RunOutcome> {
  // The leader before us may have read to the end while we waited for its lock.
  if (shared.finished) return 'finished'
  shared.leads = true
  const outcome = await followRun({
    ...options,
    after: shared.last,
    onEvents: shared.take,
    onConnection: (state) => {
      options.onConnection(state)
      say(channel, { kind: 'connection', state })
    },
  })
  if (outcome !== 'aborted') say(channel, { kind: 'end', outcome })
  return outcome
}

/** Resolves when another tab has led to the end, or with the outcome of an own stream where no leader answers. */
function listen(options: FollowOptions, shared: Shared, channel: BroadcastChannel): Promise<RunOutcome> {
  return new Promise((resolve) => {
    let heard = 0
    let alone = false
    channel.addEventListener('message', ({ data }: MessageEvent<Word>) => {
      if (shared.leads) return answerAsLeader(data, options, shared, channel)
      if (data.kind === 'ask') return
      heard = Date.now()
      if (data.kind === 'connection') options.onConnection(data.state)
      if (data.kind === 'end') resolve(data.outcome)
      if (data.kind !== 'events') return
      if (data.from > shared.last) say(channel, { kind: 'ask', after: shared.last })
      else shared.take(data.events)
      if (shared.finished) resolve('finished')
    })
    const ask = () => {
      if (!shared.leads && !alone) say(channel, { kind: 'ask', after: shared.last })
    }
    // Before the first check the leader has had SILENT_LEADER_MS to answer the first question.
    const check = () => {
      if (shared.leads || alone || Date.now() - heard < ASK_EVERY_MS + SILENT_LEADER_MS) return
      alone = true
      void followRun({ ...options, after: shared.last, onEvents: shared.take }).then(resolve)
    }
    ask()
    const asking = setInterval(ask, ASK_EVERY_MS)
    const checking = setInterval(check, SILENT_LEADER_MS)
    options.signal.addEventListener('abort', () => {
      clearInterval(asking)
      clearInterval(checking)
      resolve('aborted')
    })
  })
}

function answerAsLeader(word: Word, options: FollowOptions, shared: Shared, channel: BroadcastChannel): void {
  if (word.kind !== 'ask' || word.after < options.after) return
  const missed = shared.log.filter((event) => event.seq !== null && event.seq > word.after)
  say(channel, { kind: 'events', from: word.after, events: missed })
}

function say(channel: BroadcastChannel, word: Word): void {
  try {
    channel.postMessage(word)
  } catch (error) {
    // Closed: the reader has ended, and whoever listens asks the next leader.
    console.debug('A run is no longer shared', error)
  }
}
