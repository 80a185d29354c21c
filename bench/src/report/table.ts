import type { Sample } from '../figures/figure.ts'
import { type Goal, goalsOf } from './goals.ts'
import { added, cores, firstToken, over, tokensPerCpuSecond, tokensPerSecond, transit } from './read-samples.ts'
import type { Results } from './results.ts'

/** The figures beside their targets, and the peers beside each other. */
export function tableOf(results: Results): string {
  const goals = goalsOf(results)
  const rows = goals.map((goal) => [goal.figure, `${number(goal.value)} ${goal.unit}`, targetOf(goal), verdictOf(goal)])
  const peers = [...livePeers(results.live), ...saturatedPeers(results.saturated)]
  return [
    grid([['figure', 'measured', 'target', ''], ...rows]),
    ...(peers.length === 0 ? [] : [grid([peerColumns, ...peers])]),
    errorsOf(results),
  ].join('\n\n')
}

function targetOf({ target, unit }: Goal): string {
  if (target === null) return ''
  return 'most' in target ? `≤ ${number(target.most)} ${unit}` : `≥ ${number(target.least)} ${unit}`
}

function verdictOf({ target, value }: Goal): string {
  if (target === null || value === null) return ''
  return ('most' in target ? value <= target.most : value >= target.least) ? 'kept' : 'MISSED'
}

const peerColumns = [
  'peer',
  'streams',
  'first token p50',
  'p99',
  'added p50',
  'added p99',
  'transit p50',
  'p99',
  'tokens/s',
  'cores',
  'PostgreSQL',
  'k tokens/CPU s',
]

function livePeers(live: readonly Sample[] | undefined): string[][] {
  const streams = [...new Set(live?.map((sample) => sample.streams))]
  return streams.flatMap((count) => peersOf(live).map((peer) => peerRow(live, peer, count)))
}

function saturatedPeers(saturated: readonly Sample[] | undefined): string[][] {
  return peersOf(saturated).map((peer) => peerRow(saturated, peer, 32))
}

function peersOf(samples: readonly Sample[] | undefined): Sample['peer'][] {
  return [...new Set(samples?.map((sample) => sample.peer))]
}

function peerRow(samples: readonly Sample[] | undefined, peer: Sample['peer'], streams: number): string[] {
  const of = (pick: Parameters<typeof over>[3]) => number(over(samples, peer, streams, pick))
  const more = (pick: Parameters<typeof over>[3]) =>
    peer === 'direct' ? '' : number(added(samples, peer, streams, pick))
  const processes = peer === 'web' ? ['web', 'orchestrator'] : [peer]
  const perCpu = over(samples, peer, streams, tokensPerCpuSecond(...processes))
  return [
    peer,
    `${streams}${samples?.some((sample) => sample.measured.transit !== null) ? '' : ' saturated'}`,
    of(firstToken('p50')),
    of(firstToken('p99')),
    more(firstToken('p50')),
    more(firstToken('p99')),
    of(transit('p50')),
    of(transit('p99')),
    of(tokensPerSecond),
    peer === 'direct' ? '' : processes.map((process) => of(cores(process))).join(' + '),
    peer === 'web' || peer === 'orchestrator' ? of(cores('postgres')) : '',
    peer === 'direct' || perCpu === null ? '' : number(perCpu / 1000),
  ]
}

/** Streams that failed count for nothing above, so they are told. */
function errorsOf(results: Results): string {
  const samples = [results.live, results.saturated, results.held, results.halfCore].flatMap((each) => each ?? [])
  const container = results.contained ? [{ peer: 'orchestrator in a container', ...results.contained }] : []
  const lines = [...samples, ...container].flatMap(({ peer, streams, measured }) =>
    Object.entries(measured.errors).map(([error, count]) => `${peer}, ${streams} streams: ${count} × ${error}`),
  )
  return lines.length === 0 ? 'No stream failed.' : `Failed streams:\n${lines.join('\n')}`
}

function number(value: number | null): string {
  if (value === null) return '–'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}

function grid(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}
