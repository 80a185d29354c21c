import type { Peer } from '../stage/peer.ts'
import type { Stage } from '../stage/start-stage.ts'
import { alternate, type Pace, type Sample } from './figure.ts'

/** Long enough that most of what is measured is streaming. */
const longAnswer = { behaviour: 'sim-ttft0-itl40-len300', tokens: 300 }
const ANSWER_SECONDS = 12

/** At so many streams, these. */
const loads: { streams: number; names: Peer['name'][] }[] = [
  { streams: 300, names: ['orchestrator'] },
  { streams: 450, names: ['pipe', 'orchestrator'] },
  { streams: 600, names: ['orchestrator'] },
  { streams: 1000, names: ['pipe', 'relay', 'orchestrator'] },
]

/** CPU of live streams of 25 tokens a second each, at several numbers of them: half a core lies between two. */
export async function measureHalfCore(stage: Stage, pace: Pace): Promise<Sample[]> {
  const samples: Sample[] = []
  for (const { streams, names } of loads) {
    const peers = stage.peers.filter((peer) => names.includes(peer.name))
    const load = {
      streams,
      answer: longAnswer,
      // As people's questions come: begun together they would all end together, and what is measured be that moment.
      spreadSeconds: ANSWER_SECONDS,
      // A busy server takes one new connection a turn of its loop: the last ones are let in long after they knocked.
      warmSeconds: 2 * ANSWER_SECONDS,
      seconds: 8 * pace.factor,
      stamped: true,
    }
    samples.push(...(await alternate(stage, peers, { ...pace, rounds: 1 }, load)))
  }
  return samples
}
