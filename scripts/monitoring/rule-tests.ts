import type { Alert } from './alert.ts'

/** Series over time in promtool's notation, one value a minute or every ten, and who must have been called at a moment. */
export interface RuleTest {
  alert: string
  about: string
  series: Record<string, string>
  at: string
  fires: Alert['severity'][]
  /** What takes days is looked at less often. */
  every?: '10m'
}

interface SloSeries {
  alert: string
  /** What is counted when an event goes well or ill: both count in `all` where that is a series of its own. */
  all?: string
  good: string
  bad?: string
}

const sloSeries: SloSeries[] = [
  {
    alert: 'SendUnavailable',
    good: 'http_requests_total{method="POST",path="/api/chat",status="202"}',
    bad: 'http_requests_total{method="POST",path="/api/chat",status="503"}',
  },
  {
    alert: 'FirstTokenSlow',
    all: 'first_token_overhead_seconds_count{model="m"}',
    good: 'first_token_overhead_seconds_bucket{model="m",le="0.5"}',
  },
  {
    alert: 'AnswersStall',
    all: 'answer_longest_pause_seconds_count{model="m"}',
    good: 'answer_longest_pause_seconds_bucket{model="m",le="5"}',
  },
  {
    alert: 'AnswersIncomplete',
    good: 'runs_ended_total{state="complete",reason="none",resumed="false"}',
    bad: 'runs_ended_total{state="incomplete",reason="upstream",resumed="false"}',
  },
  {
    alert: 'ResumesFail',
    good: 'runs_ended_total{state="complete",reason="none",resumed="true"}',
    bad: 'runs_ended_total{state="failed",reason="none",resumed="true"}',
  },
  {
    alert: 'ToolsBroken',
    good: 'tool_calls_total{server="s",outcome="done"}',
    bad: 'tool_calls_total{server="s",outcome="broken"}',
  },
]

const sloTests = sloSeries.flatMap((slo): RuleTest[] => {
  const { alert } = slo
  return [
    {
      alert,
      about: 'a fifth goes wrong for an hour',
      series: events(slo, 8, 2, 60),
      at: '1h',
      fires: ['page', 'ticket'],
    },
    // Twice to five times what the objective allows.
    {
      alert,
      about: 'a little goes wrong all day',
      series: alert === 'SendUnavailable' ? events(slo, 7960, 40, 90) : events(slo, 980, 20, 90),
      at: '15h',
      fires: ['ticket'],
      every: '10m',
    },
    { alert, about: 'nothing goes wrong', series: events(slo, 10, 0, 120), at: '2h', fires: [] },
    {
      alert,
      about: 'two of three go wrong in a quiet night',
      series: events(slo, 1 / 60, 2 / 60, 60),
      at: '1h',
      fires: [],
    },
    { alert, about: 'it went wrong, and is mended', series: events(slo, 8, 2, 30, 400), at: '100m', fires: ['ticket'] },
    {
      alert,
      about: 'it went wrong, and has been well for hours',
      series: events(slo, 80, 20, 3, 40),
      at: '400m',
      fires: [],
      every: '10m',
    },
  ]
})

/** So many a minute for some time; then, perhaps, all go well for some time. */
function events(slo: SloSeries, good: number, bad: number, minutes: number, wellMinutes = 0): Record<string, string> {
  const run = (perMinute: number, well: number): string => {
    const first = `0+${perMinute}x${minutes}`
    return wellMinutes === 0 ? first : `${first} ${perMinute * minutes + well}+${well}x${wellMinutes}`
  }
  const all = good + bad
  if (slo.all !== undefined) return { [slo.all]: run(all, all), [slo.good]: run(good, all) }
  return { [slo.good]: run(good, all), [slo.bad ?? '']: run(bad, 0) }
}

const up = 'up{job="orchestrator",instance="o:8000"}'
const minutes = (value: number | string, count: number): string => `${value}x${count}`

const systemTests: RuleTest[] = [
  ...pair(
    'OrchestratorAway',
    'page',
    '5m',
    { [up]: minutes(0, 10) },
    { [up]: minutes(1, 10), 'up{job="orchestrator",instance="p:8000"}': minutes(0, 10) },
  ),
  ...pair(
    'FrontendAway',
    'page',
    '5m',
    { [up]: minutes(1, 10) },
    { 'up{job="frontend",instance="f:5000"}': minutes(1, 10) },
  ),
  ...pair('ServerDown', 'ticket', '8m', { [up]: minutes(0, 10) }, { [up]: '0 0 0 1x10' }),
  ...pair(
    'MetricsMissing',
    'ticket',
    '15m',
    { [up]: minutes(1, 20) },
    { [up]: minutes(1, 20), 'http_requests_total{job="orchestrator",path="/health"}': '0+1x20' },
  ),
  ...pair(
    'DatabaseAway',
    'page',
    '12m',
    { [up]: minutes(1, 15), 'runs_open{state="running"}': '3 3 _x12' },
    { [up]: minutes(1, 15), 'runs_open{state="running"}': minutes(3, 15) },
  ),
  ...pair(
    'AnswersNobodyWrites',
    'page',
    '5m',
    { 'runs_open{state="lost"}': minutes(2, 10) },
    { 'runs_open{state="lost"}': '3 3 0x10', 'runs_open{state="running"}': minutes(3, 10) },
  ),
  ...pair('AnswersTakenOver', 'ticket', '20m', { run_takeovers_total: '0+3x20' }, { run_takeovers_total: '0+0.2x20' }),
  ...pair(
    'ServerRestarts',
    'ticket',
    '20m',
    { 'process_start_time_seconds{job="orchestrator"}': '1 1 2 2 3 3 4 4 5 5x15' },
    { 'process_start_time_seconds{job="orchestrator"}': '1 1 2 2x15' },
  ),
  ...pair(
    'DatabaseConnectionsShort',
    'ticket',
    '6m',
    { 'database_connections{state="waiting"}': minutes(4, 10) },
    { 'database_connections{state="waiting"}': '4 0x10', 'database_connections{state="open"}': minutes(9, 10) },
  ),
  ...pair(
    'JournalSlow',
    'ticket',
    '15m',
    {
      'journal_commit_seconds_bucket{le="0.5"}': '0+50x20',
      'journal_commit_seconds_bucket{le="1"}': '0+100x20',
      'journal_commit_seconds_bucket{le="+Inf"}': '0+100x20',
    },
    {
      'journal_commit_seconds_bucket{le="0.5"}': '0+100x20',
      'journal_commit_seconds_bucket{le="1"}': '0+100x20',
      'journal_commit_seconds_bucket{le="+Inf"}': '0+100x20',
    },
  ),
  ...pair(
    'EventLoopBlocked',
    'ticket',
    '8m',
    { 'nodejs_eventloop_lag_p99_seconds{job="frontend"}': minutes(0.4, 10) },
    { 'nodejs_eventloop_lag_p99_seconds{job="frontend"}': minutes(0.02, 10) },
  ),
  ...pair('DoorbellAway', 'ticket', '8m', { doorbell_connected: minutes(0, 10) }, { doorbell_connected: '0 0 1x10' }),
  ...pair(
    'ToolServerAway',
    'ticket',
    '8m',
    {
      'tool_server_up{server="s",instance="a"}': minutes(0, 10),
      'tool_server_up{server="s",instance="b"}': minutes(0, 10),
    },
    {
      'tool_server_up{server="s",instance="a"}': minutes(0, 10),
      'tool_server_up{server="s",instance="b"}': minutes(1, 10),
    },
  ),
  ...pair(
    'ModelLeftAlone',
    'page',
    '5m',
    {
      'model_breaker_open{model="m",instance="a"}': minutes(1, 10),
      'model_breaker_open{model="m",instance="b"}': minutes(0, 10),
    },
    { 'model_breaker_open{model="m",instance="a"}': '1 0x10' },
  ),
  ...pair(
    'ChoresFail',
    'ticket',
    '5h',
    { 'chore_failures_total{chore="keys"}': '0+0.2x30' },
    { 'chore_failures_total{chore="keys"}': '0x10 1x20' },
    { every: '10m' },
  ),
  ...pair(
    'TracesDropped',
    'ticket',
    '40m',
    { 'trace_spans_total{outcome="dropped"}': '0+5x60' },
    { 'trace_spans_total{outcome="dropped"}': '0x60', 'trace_spans_total{outcome="sent"}': '0+5x60' },
  ),
]

/** Six values. */
const hours = 6
const backupTests: RuleTest[] = [
  ...pair(
    'BackupMissing',
    'ticket',
    '2h',
    { backup_last_success_timestamp_seconds: minutes(0, 150) },
    { backup_last_success_timestamp_seconds: minutes(1, 150) },
  ),
  ...pair(
    'BackupOld',
    'page',
    '14h',
    { backup_last_success_timestamp_seconds: minutes(1, 14 * hours) },
    { backup_last_success_timestamp_seconds: `1x${6 * hours} 21600x${8 * hours}` },
    { every: '10m' },
  ),
  ...pair(
    'BackupFailed',
    'ticket',
    '30m',
    { backup_failures_total: '0x10 1x30' },
    { backup_failures_total: minutes(1, 40) },
  ),
  ...pair(
    'BackupUnverified',
    'ticket',
    '51h',
    {
      backup_last_verified_timestamp_seconds: minutes(0, 51 * hours),
      backup_last_success_timestamp_seconds: minutes(9, 51 * hours),
    },
    {
      backup_last_verified_timestamp_seconds: `0x${24 * hours} 86400x${27 * hours}`,
      backup_last_success_timestamp_seconds: minutes(9, 51 * hours),
    },
    { every: '10m' },
  ),
  {
    alert: 'BackupUnverified',
    about: 'there is none to be tried',
    series: { backup_last_verified_timestamp_seconds: minutes(0, 51 * hours) },
    at: '51h',
    fires: [],
    every: '10m',
  },
]

function pair(
  alert: string,
  severity: Alert['severity'],
  at: string,
  fires: Record<string, string>,
  silent: Record<string, string>,
  often: { every?: '10m' } = {},
): RuleTest[] {
  return [
    { alert, about: 'fires', series: fires, at, fires: [severity], ...often },
    { alert, about: 'is silent', series: silent, at, fires: [], ...often },
  ]
}

export const ruleTests: RuleTest[] = [...sloTests, ...systemTests, ...backupTests]

/** The tests as promtool reads them: all of one alert that are looked at equally often. */
export function toPromtool(
  tests: readonly RuleTest[],
  every: string,
  rules: { file: string; groups: readonly { name: string }[] },
): unknown {
  return {
    rule_files: [rules.file],
    evaluation_interval: every,
    // Otherwise by chance: an alert that is looked at before what it is recorded from sees nothing, where steps are long.
    group_eval_order: rules.groups.map(({ name }) => name),
    tests: tests.map((test) => ({
      name: `${test.alert}: ${test.about}`,
      interval: every,
      input_series: Object.entries(test.series).map(([series, values]) => ({ series, values })),
      promql_expr_test: [
        {
          expr: `count by (severity) (ALERTS{alertname="${test.alert}",alertstate="firing"})`,
          eval_time: test.at,
          exp_samples: test.fires.map((severity) => ({ labels: `{severity="${severity}"}`, value: 1 })),
        },
      ],
    })),
  }
}
