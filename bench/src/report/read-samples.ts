import { median, type Sample } from '../figures/figure.ts'
import type { Measured } from '../load/job.ts'
import type { Peer } from '../stage/peer.ts'

type Name = Peer['name']
type Pick = (measured: Measured) => number | undefined

/** Of all rounds of one peer at so many streams. */
export function over(samples: readonly Sample[] | undefined, peer: Name, streams: number, pick: Pick): number | null {
  const values = (samples ?? [])
    .filter((sample) => sample.peer === peer && sample.streams === streams)
    .map((sample) => pick(sample.measured))
    .filter((value) => value !== undefined)
  return values.length === 0 ? null : median(values)
}

/** What a peer adds to the direct way, within each round. */
export function added(samples: readonly Sample[] | undefined, peer: Name, streams: number, pick: Pick): number | null {
  const of = (name: Name, round: number) =>
    samples?.find((sample) => sample.peer === name && sample.streams === streams && sample.round === round)?.measured
  const rounds = new Set(samples?.map((sample) => sample.round))
  const differences = [...rounds].flatMap((round) => {
    const [direct, own] = [of('direct', round), of(peer, round)]
    const [less, from] = [direct && pick(direct), own && pick(own)]
    return less === undefined || from === undefined ? [] : [from - less]
  })
  return differences.length === 0 ? null : median(differences)
}

export const tokensPerCpuSecond =
  (...processes: string[]): Pick =>
  (measured) =>
    measured.tokens / processes.reduce((sum, name) => sum + (measured.cpuSeconds[name] ?? 0), 0)

export const cores =
  (process: string): Pick =>
  (measured) =>
    (measured.cpuSeconds[process] ?? 0) / measured.wallSeconds

export const firstToken =
  (quantile: 'p50' | 'p99'): Pick =>
  (measured) =>
    measured.firstToken?.[quantile]

export const transit =
  (quantile: 'p50' | 'p99'): Pick =>
  (measured) =>
    measured.transit?.[quantile]

export const tokensPerSecond: Pick = (measured) => measured.tokens / measured.wallSeconds

/** Kilobytes a held stream. */
export const memoryPerStream =
  (process: string): Pick =>
  (measured) =>
    ((measured.rssHeld[process] ?? 0) - (measured.rssBefore[process] ?? 0)) / 1024 / measured.held

export const memoryHeld =
  (process: string): Pick =>
  (measured) =>
    (measured.rssHeld[process] ?? 0) / 2 ** 20

export function ratio(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a / b
}

/** Of a live pace. */
const TOKENS_A_STREAM = 25

/**
 * Live streams that half a core carries: between the measured numbers of streams, a straight line. Only what got nearly
 * all of its tokens counts: a server that is not given its share of the machine does less work, at another price.
 */
export function streamsOnHalfCore(samples: readonly Sample[] | undefined, peer: Name): number | null {
  const points = (samples ?? [])
    .filter((sample) => sample.peer === peer)
    .filter(({ streams, measured }) => measured.tokens / measured.wallSeconds > 0.9 * TOKENS_A_STREAM * streams)
    .map(({ streams, measured }) => ({ streams, cores: cores(peer)(measured) ?? 0 }))
    .toSorted((a, b) => a.streams - b.streams)
  const above = points.findIndex((point) => point.cores >= 0.5)
  const [low, high] = above < 0 ? points.slice(-2) : points.slice(Math.max(0, above - 1), Math.max(0, above - 1) + 2)
  if (low === undefined || high === undefined) return null
  return low.streams + ((0.5 - low.cores) / (high.cores - low.cores)) * (high.streams - low.streams)
}
