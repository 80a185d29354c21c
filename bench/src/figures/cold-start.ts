import type { Stage } from '../stage/start-stage.ts'
import { median } from './figure.ts'

export interface ColdStart {
  /** Milliseconds from the start of the process to its first answer to somebody it knows. */
  orchestratorMs: number[]
  relayMs: number[]
}

const TIMES = 7

/** From nothing to the first authenticated answer; the database is there and migrated. Alternating. */
export async function measureColdStart(stage: Stage): Promise<ColdStart> {
  const cookie = stage.persons[0]?.cookie ?? ''
  const relay = stage.peers.find((peer) => peer.name === 'relay')
  const start: ColdStart = { orchestratorMs: [], relayMs: [] }
  for (let at = 0; at < TIMES; at++) {
    start.orchestratorMs.push(
      await timed(async () => {
        await stage.orchestrator.start()
        return fetch(`${stage.orchestrator.url}/api/session`, { headers: { cookie } })
      }),
    )
    start.relayMs.push(
      await timed(async () => {
        await stage.relay.start()
        const headers = { ...relay?.headers, 'content-type': 'application/json' }
        return fetch(relay?.url ?? '', { method: 'POST', headers, body: relay?.body('sim-ttft0-itl0-len1') ?? '' })
      }),
    )
  }
  return start
}

async function timed(work: () => Promise<Response>): Promise<number> {
  const began = performance.now()
  const answer = await work()
  const took = performance.now() - began
  if (!answer.ok) throw new Error(`the first answer was ${answer.status}`)
  await answer.text()
  return took
}

export function medianStart(start: ColdStart): { orchestrator: number; relay: number } {
  return { orchestrator: median(start.orchestratorMs), relay: median(start.relayMs) }
}
