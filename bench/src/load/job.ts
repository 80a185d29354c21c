import type { Summary } from './histogram.ts'

/** One run of the load client against one peer. */
export interface Job {
  /** `loop`: each slot opens a stream again when one has ended · `hold`: opens `rate` a second and holds them. */
  kind: 'loop' | 'hold'
  url: string
  headers: Record<string, string>
  /** Slot n begins with the n-th, and each next question of its is that of one further on; from the first again after the last. */
  cookies: string[]
  body: string
  streams: number
  /** Tokens a whole answer has. */
  tokens: number
  /** The first starts are spread over so many, so that streams do not march in step. */
  spreadSeconds: number
  warmSeconds: number
  seconds: number
  /** Streams opened a second, for `hold`. */
  rate: number
  /** Look at each token's stamp, or only count them. */
  stamped: boolean
  /** Whose CPU and memory are taken, by name. */
  pids: Record<string, number[]>
}

export interface Measured {
  wallSeconds: number
  answers: number
  tokens: number
  errors: Record<string, number>
  /** Milliseconds from the request to its first token. */
  firstToken: Summary | null
  /** Milliseconds from the upstream's write to the reader. */
  transit: Summary | null
  cpuSeconds: Record<string, number>
  clientCpuSeconds: number
  /** Of a `hold`: before the first stream, and while all are held. */
  rssBefore: Record<string, number>
  rssHeld: Record<string, number>
  held: number
}
