import type { Stage } from '../stage/start-stage.ts'
import { alternate, flood, type Pace, type Sample } from './figure.ts'

/** Tokens per CPU second where the upstream is as fast as its reader: 32 streams of 200 tokens, one after another. */
export function measureSaturated(stage: Stage, pace: Pace): Promise<Sample[]> {
  const load = { streams: 32, answer: flood, warmSeconds: 8, seconds: 5 * pace.factor, stamped: false }
  return alternate(stage, stage.peers, pace, load)
}
