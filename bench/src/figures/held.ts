import type { Measured } from '../load/job.ts'
import { limitMemory } from '../stage/memory-limit.ts'
import { settle } from '../stage/settle.ts'
import type { Stage } from '../stage/start-stage.ts'
import { held, jobFor, type Sample } from './figure.ts'

/** Streams opened a second: slower than a crowd, fast enough for a bench. */
const RATE = 200
/** Of the orchestrator's container, as the deployments have it at the least. */
const CONTAINER_BYTES = 512 * 2 ** 20

/** Streams that are held by a server with so much memory, as a container has it. */
export interface Contained {
  streams: number
  /** The most it took, in bytes. */
  peakBytes: number
  measured: Measured
}

/** Memory of streams that are held at a token a second; each measurement in a fresh process. */
export async function measureHeld(stage: Stage): Promise<Sample[]> {
  const samples: Sample[] = []
  for (const [name, streams] of [
    ['relay', 1000],
    ['orchestrator', 1000],
    ['orchestrator', 4000],
  ] as const) {
    if (stage.peers.every((each) => each.name !== name)) continue
    await (name === 'relay' ? stage.relay : stage.orchestrator).start()
    samples.push({ peer: name, round: 1, streams, measured: await hold(stage, name, streams) })
  }
  await stage.orchestrator.start()
  return samples
}

/** The same in a container's memory, by which Node measures out its own; null where this machine has no such groups for us. */
export async function measureContained(stage: Stage): Promise<Contained | null> {
  const limit = limitMemory(CONTAINER_BYTES)
  if (limit === null) {
    console.log("containers are left out: this machine lets us limit nobody's memory")
    return null
  }
  try {
    await limit.within(() => stage.orchestrator.start())
    const measured = await hold(stage, 'orchestrator', 4000)
    return { streams: 4000, peakBytes: limit.peakBytes(), measured }
  } finally {
    await stage.orchestrator.start()
    // What is left of it does no harm; what was measured must not be lost with it.
    try {
      limit.remove()
    } catch (error) {
      console.error(error)
    }
  }
}

async function hold(stage: Stage, name: 'relay' | 'orchestrator', streams: number): Promise<Measured> {
  const peer = stage.peers.find((each) => each.name === name)
  if (peer === undefined) throw new Error(`The stage has no ${name}`)
  const load = { streams, answer: held, warmSeconds: 4, seconds: 8, stamped: true }
  const measured = await stage.client.run({ ...jobFor(peer, load), kind: 'hold', rate: RATE })
  // One that ran out of memory is gone, and its streams with it: that is the figure.
  if (name === 'orchestrator' && stage.orchestrator.running()) await settle(stage.databaseUrl)
  return measured
}
