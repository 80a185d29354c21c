import type { Stage } from '../stage/start-stage.ts'
import { alternate, livePace, type Pace, type Sample, shortAnswer } from './figure.ts'

/** Until what is called often is compiled: at 200 streams a peer's first seconds cost half as much again. */
const WARM_SECONDS = 6

/** Time to first token and token transit at a model's own pace, at 1, 50 and 200 streams. */
export async function measureLive(stage: Stage, pace: Pace): Promise<Sample[]> {
  const samples: Sample[] = []
  for (const streams of [1, 50, 200]) {
    const answer = streams === 1 ? shortAnswer : livePace
    const load = {
      streams,
      answer,
      warmSeconds: streams === 1 ? 1 : WARM_SECONDS,
      seconds: 5 * pace.factor,
      stamped: true,
    }
    samples.push(...(await alternate(stage, stage.peers, pace, load)))
  }
  return samples
}
