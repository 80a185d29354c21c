// `npm run bench:gate`: whether a change has made the orchestrator dearer. It compares CPU with the relay's of the same run,
// never milliseconds: a ratio holds on a busy machine and on another one. About two minutes; exit code 1 where it fails.
import { alternate, flood, livePace, type Sample } from './figures/figure.ts'
import { cores, over, ratio, tokensPerCpuSecond } from './report/read-samples.ts'
import { startStage } from './stage/start-stage.ts'

interface Bound {
  name: string
  value: number | null
  /** Two thirds of what the results that docs/performance.md shows have: noise stays within, a mistake does not. */
  least: number
}

process.exit(await run())

async function run(): Promise<number> {
  const stage = await startStage()
  try {
    const peers = stage.peers.filter((peer) => peer.name === 'relay' || peer.name === 'orchestrator')
    const pace = { rounds: 2, factor: 1 }
    const common = { seconds: 5, stamped: false }
    const saturated = await alternate(stage, peers, pace, { ...common, streams: 32, answer: flood, warmSeconds: 8 })
    const live = await alternate(stage, peers, pace, { ...common, streams: 100, answer: livePace, warmSeconds: 4 })
    return judge(boundsOf(saturated, live))
  } finally {
    await stage.stop()
  }
}

function boundsOf(saturated: Sample[], live: Sample[]): Bound[] {
  const flooded = (peer: 'relay' | 'orchestrator', ...processes: string[]) =>
    over(saturated, peer, 32, tokensPerCpuSecond(...processes))
  const own = over(live, 'orchestrator', 100, cores('orchestrator'))
  const relay = flooded('relay', 'relay')
  return [
    {
      name: 'tokens per CPU second ÷ relay, saturated',
      value: ratio(flooded('orchestrator', 'orchestrator'), relay),
      least: 1.27,
    },
    {
      name: "the same, PostgreSQL's CPU included",
      value: ratio(flooded('orchestrator', 'orchestrator', 'postgres'), relay),
      least: 0.54,
    },
    {
      name: "the relay's CPU ÷ ours, 100 live streams",
      value: ratio(over(live, 'relay', 100, cores('relay')), own),
      least: 0.57,
    },
  ]
}

function judge(bounds: Bound[]): number {
  for (const { name, value, least } of bounds) {
    const holds = value !== null && value >= least
    console.log(`${holds ? 'kept' : 'FAILED'}  ${name}: ${value?.toFixed(2) ?? 'not measured'}, at least ${least}`)
  }
  return bounds.every(({ value, least }) => value !== null && value >= least) ? 0 : 1
}
