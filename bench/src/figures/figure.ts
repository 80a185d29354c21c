import type { Measured } from '../load/job.ts'
import type { Peer } from '../stage/peer.ts'
import { settle } from '../stage/settle.ts'
import type { Stage } from '../stage/start-stage.ts'

/** One run against one peer. */
export interface Sample {
  peer: Peer['name']
  round: number
  streams: number
  measured: Measured
}

export interface Pace {
  /** Rounds of A … Z, Z … A: whatever drifts on this machine falls on all alike. */
  rounds: number
  /** Shortens what is measured, for a look. */
  factor: number
}

/** What is asked of the upstream, in the words of its model's name. */
export interface Answer {
  behaviour: string
  tokens: number
}

export interface Load {
  streams: number
  answer: Answer
  /** Over which the first starts are spread: 2, or the warm-up where that is shorter. */
  spreadSeconds?: number
  warmSeconds: number
  seconds: number
  stamped: boolean
}

/** Runs the load against each peer in turn, there and back. */
export async function alternate(stage: Stage, peers: readonly Peer[], pace: Pace, load: Load): Promise<Sample[]> {
  const samples: Sample[] = []
  for (let round = 1; round <= pace.rounds; round++) {
    const order = round % 2 === 1 ? peers : peers.toReversed()
    for (const peer of order) {
      const measured = await stage.client.run({ ...jobFor(peer, load), kind: 'loop', rate: 0 })
      if (peer.cookies.length > 0) await settle(stage.databaseUrl)
      samples.push({ peer: peer.name, round, streams: load.streams, measured })
    }
  }
  return samples
}

export function jobFor(peer: Peer, load: Load) {
  return {
    url: peer.url,
    headers: peer.headers,
    cookies: peer.cookies,
    body: peer.body(load.answer.behaviour),
    streams: load.streams,
    tokens: load.answer.tokens,
    spreadSeconds: load.spreadSeconds ?? Math.min(load.warmSeconds, 2),
    warmSeconds: load.warmSeconds,
    seconds: load.seconds,
    stamped: load.stamped,
    pids: peer.pids(),
  }
}

/** Tokens 40 ms apart, as a model writes them. */
export const livePace: Answer = { behaviour: 'sim-ttft0-itl40-len60', tokens: 60 }
/** One short answer after another, so that a single stream gives samples enough. */
export const shortAnswer: Answer = { behaviour: 'sim-ttft0-itl5-len8', tokens: 8 }
/** As fast as they are read. */
export const flood: Answer = { behaviour: 'sim-ttft0-itl0-len200', tokens: 200 }
/** A token a second, for as long as it is held. */
export const held: Answer = { behaviour: 'sim-ttft0-itl1000-len600', tokens: 600 }

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}
