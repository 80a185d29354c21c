/**
 * Stops calling an upstream that fails: opens when, of at least `minimumCalls` calls in the last `windowMs`, the share
 * `threshold` or more failed; after `openMs` one probe is let through, and its outcome closes or reopens it. Others are turned away
 * at once, they do not queue behind the probe. A 429 is neutral: it is a pause, not a failure.
 */
export interface Breaker {
  state(): BreakerState
  /** A call's permission, or null while the breaker is open. Each must be settled; only the first time counts. */
  enter(): BreakerTicket | null
  /** Milliseconds until the next probe is let through; 0 where calls pass. */
  opensInMs(): number
}

export type BreakerState = 'closed' | 'open' | 'half-open'

export interface BreakerTicket {
  /** The upstream has begun to answer: enough for a probe, while a long answer is still running. */
  alive(): void
  settle(outcome: 'success' | 'failure' | 'neutral'): void
}

export interface BreakerSettings {
  windowMs: number
  minimumCalls: number
  /** 0 to 1. */
  threshold: number
  openMs: number
}

export const modelBreaker: BreakerSettings = { windowMs: 30_000, minimumCalls: 20, threshold: 0.5, openMs: 10_000 }

/** `now` is a clock in milliseconds that never goes back. */
export function createBreaker(settings: BreakerSettings, now: () => number): Breaker {
  let outcomes = createTally(settings.windowMs)
  let openedAt: number | null = null
  let probing = false

  function state(): BreakerState {
    if (openedAt === null) return 'closed'
    return probing || now() - openedAt >= settings.openMs ? 'half-open' : 'open'
  }

  function close(): void {
    openedAt = null
    outcomes = createTally(settings.windowMs)
  }

  function record(failed: boolean): void {
    const at = now()
    const { calls, failures } = outcomes.add(at, failed)
    if (calls >= settings.minimumCalls && failures >= settings.threshold * calls) openedAt = at
  }

  function enterProbe(): BreakerTicket {
    probing = true
    let open = true
    const end = (): boolean => {
      if (!open) return false
      open = false
      probing = false
      return true
    }
    return {
      alive: () => {
        if (end()) close()
      },
      settle: (outcome) => {
        if (!end()) return
        if (outcome === 'success') close()
        // A neutral probe has proven nothing: the next call is the probe.
        if (outcome === 'failure') openedAt = now()
      },
    }
  }

  return {
    state,
    enter() {
      const current = state()
      if (current === 'open' || probing) return null
      if (current === 'half-open') return enterProbe()
      let settled = false
      return {
        alive: () => undefined,
        settle: (outcome) => {
          if (!settled && outcome !== 'neutral' && openedAt === null) record(outcome === 'failure')
          settled = true
        },
      }
    },
    opensInMs: () => (openedAt === null ? 0 : Math.max(0, openedAt + settings.openMs - now())),
  }
}

/** A window is counted in this many parts: it moves by one of them at a time. */
const PARTS = 30

interface Part {
  at: number
  calls: number
  failures: number
}

/** Counts outcomes of the last `windowMs`, at the same cost however many there are. */
function createTally(windowMs: number): { add(at: number, failed: boolean): Omit<Part, 'at'> } {
  let parts: Part[] = []
  return {
    add(at, failed) {
      const width = windowMs / PARTS
      const last = parts.at(-1)
      const part = last !== undefined && at - last.at < width ? last : { at, calls: 0, failures: 0 }
      if (part !== last) parts = [...parts.filter((each) => at - each.at < windowMs), part]
      part.calls += 1
      part.failures += failed ? 1 : 0
      return parts.reduce((sum, each) => ({ calls: sum.calls + each.calls, failures: sum.failures + each.failures }), {
        calls: 0,
        failures: 0,
      })
    },
  }
}
