import { settle } from '../stage/settle.ts'
import type { Stage } from '../stage/start-stage.ts'
import { held, jobFor, type Sample } from './figure.ts'

/** Streams opened a second: slower than a crowd, fast enough for a bench. */
const RATE = 200

/** Memory of streams that are held at a token a second; each measurement in a fresh process. */
export async function measureHeld(stage: Stage): Promise<Sample[]> {
  const samples: Sample[] = []
  for (const [name, streams] of [
    ['relay', 1000],
    ['orchestrator', 1000],
    ['orchestrator', 4000],
  ] as const) {
    const peer = stage.peers.find((each) => each.name === name)
    if (peer === undefined) continue
    await (name === 'relay' ? stage.relay : stage.orchestrator).start()
    const load = { streams, answer: held, warmSeconds: 4, seconds: 8, stamped: true }
    const measured = await stage.client.run({ ...jobFor(peer, load), kind: 'hold', rate: RATE })
    if (name === 'orchestrator') await settle(stage.databaseUrl)
    samples.push({ peer: name, round: 1, streams, measured })
  }
  await stage.orchestrator.start()
  return samples
}
