import type { StreamPart } from '@ai-assistant/contract'

/** One event of a run. `seq` is null for what is in no log (a hand-over): it is passed on and never counted. */
export interface RunEvent {
  seq: number | null
  part: StreamPart
}

/** What a reader of a run is told. */
export interface RunListener {
  /** In the order of the log, each seq once. */
  onEvents: (events: readonly RunEvent[]) => void
  onConnection: (state: 'connected' | 'lost') => void
}

/** `finished`: the last event was read. `gone`: there is no such run for this person. `aborted`: the reader was told to stop. */
export type RunOutcome = 'finished' | 'gone' | 'aborted'

/** Passes on what lies beyond the last seq and remembers it: the one rule that makes a repeated event harmless. */
export function createSeqFilter(after = 0): {
  readonly last: number
  take: (events: readonly RunEvent[]) => RunEvent[]
} {
  let last = after
  return {
    get last() {
      return last
    },
    take: (events) =>
      events.filter((event) => {
        if (event.seq === null) return true
        if (event.seq <= last) return false
        last = event.seq
        return true
      }),
  }
}
