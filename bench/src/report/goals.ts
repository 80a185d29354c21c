import { medianStart } from '../figures/cold-start.ts'
import type { Measured } from '../load/job.ts'
import type { Results } from './results.ts'
import {
  added,
  cores,
  firstToken,
  memoryHeld,
  memoryPerStream,
  over,
  ratio,
  streamsOnHalfCore,
  tokensPerCpuSecond,
  tokensPerSecond,
  transit,
} from './read-samples.ts'

/** What this product holds itself to, beside what it costs the others. */
export interface Goal {
  figure: string
  unit: string
  target: { least: number } | { most: number } | null
  value: number | null
}

type Samples = Results['live']

export function goalsOf(results: Results): Goal[] {
  return [
    ...liveGoals(results.live),
    ...saturatedGoals(results.saturated),
    ...heldGoals(results),
    ...halfCoreGoals(results.halfCore),
    ...openingGoals(results),
    ...startGoals(results),
  ].filter((goal) => goal.value !== null)
}

function liveGoals(live: Samples): Goal[] {
  const targets: Record<number, { p50: number; p99: number }> = { 200: { p50: 3, p99: 12 } }
  const quantiles = ['p50', 'p99'] as const
  const ways = ['orchestrator', 'web'] as const
  const first = [1, 50, 200].flatMap((streams) =>
    ways.flatMap((peer) =>
      quantiles.map((quantile): Goal => {
        const most = peer === 'orchestrator' ? targets[streams]?.[quantile] : undefined
        return {
          figure: `added time to first token, ${streams} ${streams === 1 ? 'stream' : 'streams'}, ${quantile}${peer === 'web' ? ', through the web server' : ''}`,
          unit: 'ms',
          target: most === undefined ? null : { most },
          value: added(live, peer, streams, firstToken(quantile)),
        }
      }),
    ),
  )
  return [
    ...first,
    ...quantiles.map((quantile): Goal => ({
      figure: `token transit, 200 streams, ${quantile}`,
      unit: 'ms',
      target: { most: quantile === 'p50' ? 2 : 12 },
      value: over(live, 'orchestrator', 200, transit(quantile)),
    })),
  ]
}

function saturatedGoals(saturated: Samples): Goal[] {
  const own = over(saturated, 'orchestrator', 32, tokensPerCpuSecond('orchestrator'))
  const relay = over(saturated, 'relay', 32, tokensPerCpuSecond('relay'))
  const pipe = over(saturated, 'pipe', 32, tokensPerCpuSecond('pipe'))
  const nginx = over(saturated, 'nginx', 32, tokensPerCpuSecond('nginx'))
  const both = over(saturated, 'orchestrator', 32, tokensPerCpuSecond('orchestrator', 'postgres'))
  return [
    { figure: 'tokens per CPU second, saturated', unit: 'k', target: { least: 200 }, value: own && own / 1000 },
    { figure: '… ÷ relay', unit: '×', target: { least: 3 }, value: ratio(own, relay) },
    { figure: '… ÷ pipe', unit: '×', target: null, value: ratio(own, pipe) },
    { figure: '… ÷ nginx', unit: '×', target: null, value: ratio(own, nginx) },
    { figure: "… PostgreSQL's CPU included", unit: 'k', target: null, value: both && both / 1000 },
  ]
}

function heldGoals({ held, contained: container }: Results): Goal[] {
  const perStream = (peer: 'orchestrator' | 'relay', streams: number) =>
    over(held, peer, streams, memoryPerStream(peer))
  return [
    {
      figure: 'memory per held stream, 1,000',
      unit: 'KB',
      target: { most: 35 },
      value: perStream('orchestrator', 1000),
    },
    { figure: '… of the relay', unit: 'KB', target: null, value: perStream('relay', 1000) },
    {
      figure: 'memory per held stream, 4,000',
      unit: 'KB',
      target: { most: 35 },
      value: perStream('orchestrator', 4000),
    },
    ...contained(held, container),
  ]
}

/** In a container's memory where there is one: with more in sight, Node lets more lie. */
function contained(held: Samples, container: Results['contained']): Goal[] {
  const of = (pick: (measured: Measured) => number | undefined) =>
    container ? (pick(container.measured) ?? null) : over(held, 'orchestrator', 4000, pick)
  const free = over(held, 'orchestrator', 4000, memoryHeld('orchestrator'))
  return [
    { figure: '4,000 held streams in', unit: 'MiB', target: container ? null : { most: 512 }, value: free },
    {
      figure: container ? '… of 4,000 held in a container of 512 MiB' : '… of 4,000 held',
      unit: 'streams',
      target: { least: 4000 },
      value: of((measured) => measured.held),
    },
    {
      figure: '… of its memory, files included, at the most',
      unit: 'MiB',
      target: null,
      value: container ? container.peakBytes / 2 ** 20 : null,
    },
    {
      figure: '… KB a stream',
      unit: 'KB',
      target: null,
      value: container ? (memoryPerStream('orchestrator')(container.measured) ?? null) : null,
    },
    { figure: '… cores meanwhile', unit: 'cores', target: null, value: of(cores('orchestrator')) },
    { figure: "… PostgreSQL's", unit: 'cores', target: null, value: of(cores('postgres')) },
  ]
}

function halfCoreGoals(halfCore: Samples): Goal[] {
  const of = (peer: 'orchestrator' | 'pipe' | 'relay', pick: Parameters<typeof over>[3]) =>
    over(halfCore, peer, 1000, pick)
  return [
    {
      figure: 'live streams on half a core, 25 tokens/s each',
      unit: 'streams',
      target: { least: 450 },
      value: streamsOnHalfCore(halfCore, 'orchestrator'),
    },
    {
      figure: '… cores of 450',
      unit: 'cores',
      target: null,
      value: over(halfCore, 'orchestrator', 450, cores('orchestrator')),
    },
    { figure: '… of the pipe', unit: 'cores', target: null, value: over(halfCore, 'pipe', 450, cores('pipe')) },
    {
      figure: '1,000 live streams: tokens a second',
      unit: 'k',
      target: { least: 24 },
      value: thousands(of('orchestrator', tokensPerSecond)),
    },
    { figure: '… cores', unit: 'cores', target: { most: 1 }, value: of('orchestrator', cores('orchestrator')) },
    { figure: "… PostgreSQL's", unit: 'cores', target: { most: 0.35 }, value: of('orchestrator', cores('postgres')) },
    { figure: '… token transit p50', unit: 'ms', target: null, value: of('orchestrator', transit('p50')) },
    { figure: '… token transit p99', unit: 'ms', target: null, value: of('orchestrator', transit('p99')) },
    {
      figure: '… the pipe: tokens a second',
      unit: 'k',
      target: null,
      value: thousands(of('pipe', tokensPerSecond)),
    },
    { figure: '… the pipe: cores', unit: 'cores', target: null, value: of('pipe', cores('pipe')) },
    { figure: '… the relay: tokens a second', unit: 'k', target: null, value: thousands(of('relay', tokensPerSecond)) },
    { figure: '… the relay: cores', unit: 'cores', target: null, value: of('relay', cores('relay')) },
  ]
}

function thousands(value: number | null): number | null {
  return value === null ? null : value / 1000
}

function openingGoals({ opening }: Results): Goal[] {
  return (opening ?? []).flatMap((each): Goal[] => {
    const of = `a conversation of ${each.messages.toLocaleString('en')} messages`
    return [
      { figure: `open ${of}: newest page, p50`, unit: 'ms', target: null, value: each.newestPage?.p50 ?? null },
      { figure: '… CPU of the orchestrator', unit: 'ms', target: null, value: each.cpuMs.orchestrator },
      { figure: '… of PostgreSQL', unit: 'ms', target: null, value: each.cpuMs.postgres },
      { figure: '… all of it, page by page', unit: 'ms', target: null, value: each.whole?.p50 ?? null },
      {
        figure: '… first token of an answer in it, p50',
        unit: 'ms',
        target: null,
        value: each.firstToken?.p50 ?? null,
      },
    ]
  })
}

function startGoals({ coldStart }: Results): Goal[] {
  if (coldStart === undefined) return []
  const { orchestrator, relay } = medianStart(coldStart)
  return [
    { figure: 'cold start to the first authenticated answer', unit: 'ms', target: { most: 500 }, value: orchestrator },
    { figure: '… of the relay', unit: 'ms', target: null, value: relay },
  ]
}
