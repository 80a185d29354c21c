import type { Dashboard } from './panel.ts'
import { slos } from './slos.ts'

/** A quantile of a histogram over five minutes, by labels. */
function quantile(share: number, name: string, ...by: string[]): string {
  return `histogram_quantile(${share}, sum by (${['le', ...by].join(', ')}) (rate(${name}_bucket[5m])))`
}

function rate(series: string, ...by: string[]): string {
  return by.length === 0 ? `sum(rate(${series}[5m]))` : `sum by (${by.join(', ')}) (rate(${series}[5m]))`
}

const overview: Dashboard = {
  file: 'overview',
  title: 'AI Assistant · overview',
  panels: [
    {
      title: 'Servers up',
      kind: 'stat',
      width: 6,
      show: [['sum by (job) (up{job=~"orchestrator|frontend|mcp_example"})', '{{job}}']],
    },
    { title: 'Answers being written', kind: 'stat', width: 6, show: [['sum(runs_active)', 'answers']] },
    {
      title: 'Answers waiting for a person',
      kind: 'stat',
      width: 6,
      show: [['max(runs_open{state="waiting"})', 'waiting']],
    },
    {
      title: 'Questions accepted, last hour',
      kind: 'stat',
      width: 6,
      unit: 'percentunit',
      show: [['1 - slo:errors:ratio_rate1h{slo="send"}', 'accepted']],
    },
    { title: 'Request Rate', unit: 'reqps', show: [['rate(http_requests_total[5m])', '{{method}} {{path}}']] },
    {
      title: 'Response Time',
      unit: 's',
      about: 'Streams count until their head.',
      show: [
        ['histogram_quantile(0.95, rate(http_request_duration_seconds_bucket[5m]))', 'p95 {{job}} {{method}} {{path}}'],
      ],
    },
    {
      title: 'Error Rate',
      unit: 'reqps',
      show: [['rate(http_requests_total{status=~"5.."}[5m])', '5xx errors {{job}} {{path}}']],
    },
    {
      title: 'Token Usage',
      unit: 'short',
      about: 'Tokens a second.',
      show: [['sum(rate(openai_tokens_used_total[5m])) by (model)', '{{model}}']],
    },
  ],
}

const answers: Dashboard = {
  file: 'answers',
  title: 'AI Assistant · answers',
  panels: [
    { title: 'Answers started', unit: 'ops', show: [[rate('runs_started_total', 'kind'), '{{kind}}']] },
    {
      title: 'How answers end',
      unit: 'ops',
      show: [[rate('runs_ended_total', 'state', 'reason'), '{{state}} {{reason}}']],
    },
    {
      title: 'Open answers',
      about: 'By all replicas; what runs and is written by nobody is taken over within ten seconds.',
      show: [
        ['max by (state) (runs_open)', '{{state}}'],
        ['sum(runs_active)', 'written now'],
      ],
    },
    { title: 'Readers', show: [['sum(stream_readers)', 'open streams']] },
    {
      title: 'First token, without the model',
      unit: 's',
      about: 'What we add between the question and the first word.',
      show: [
        [quantile(0.5, 'first_token_overhead_seconds'), 'p50'],
        [quantile(0.95, 'first_token_overhead_seconds'), 'p95'],
        [quantile(0.99, 'first_token_overhead_seconds'), 'p99'],
      ],
    },
    {
      title: 'First token of the model',
      unit: 's',
      show: [
        [quantile(0.5, 'time_to_first_token_seconds', 'model'), 'p50 {{model}}'],
        [quantile(0.95, 'time_to_first_token_seconds', 'model'), 'p95 {{model}}'],
      ],
    },
    {
      title: 'Longest pause in an answer',
      unit: 's',
      about: 'As readers see it.',
      show: [
        [quantile(0.95, 'answer_longest_pause_seconds'), 'p95'],
        [quantile(0.99, 'answer_longest_pause_seconds'), 'p99'],
      ],
    },
    {
      title: 'Between two tokens',
      unit: 's',
      about: 'As they come from the model.',
      show: [
        [quantile(0.5, 'token_stall_seconds', 'model'), 'p50 {{model}}'],
        [quantile(0.99, 'token_stall_seconds', 'model'), 'p99 {{model}}'],
      ],
    },
    {
      title: 'Answers taken over',
      about: 'From servers that were lost.',
      show: [
        ['sum(increase(run_takeovers_total[5m]))', 'taken over'],
        ['sum(increase(runs_parked_total[5m]))', 'parked for a person'],
      ],
    },
    {
      title: 'Gap when a server is lost',
      unit: 's',
      about: 'From its last sign of life to the next word by another.',
      show: [
        [quantile(0.5, 'run_resume_gap_seconds'), 'p50'],
        [quantile(0.99, 'run_resume_gap_seconds'), 'p99'],
      ],
    },
  ],
}

const models: Dashboard = {
  file: 'models',
  title: 'AI Assistant · models and cost',
  panels: [
    {
      title: 'Model calls',
      unit: 'ops',
      show: [[rate('model_calls_total', 'model', 'outcome'), '{{model}} {{outcome}}']],
    },
    {
      title: 'Attempts made again',
      unit: 'ops',
      show: [[rate('model_retries_total', 'model', 'reason'), '{{model}} {{reason}}']],
    },
    {
      title: 'Duration of calls',
      unit: 's',
      show: [
        [quantile(0.5, 'model_call_duration_seconds', 'model'), 'p50 {{model}}'],
        [quantile(0.95, 'model_call_duration_seconds', 'model'), 'p95 {{model}}'],
      ],
    },
    {
      title: 'Left alone',
      about: '1 while a model fails so often that it is not asked.',
      show: [['max by (model) (model_breaker_open)', '{{model}}']],
    },
    {
      title: 'Tokens by kind',
      about: 'Tokens a second.',
      show: [[rate('openai_tokens_used_total', 'model', 'kind'), '{{model}} {{kind}}']],
    },
    {
      title: 'Tokens cached and spent on reasoning',
      about: 'Tokens a second; parts of input and output.',
      show: [
        [rate('model_cached_tokens_total', 'model'), 'cached {{model}}'],
        [rate('model_reasoning_tokens_total', 'model'), 'reasoning {{model}}'],
      ],
    },
    {
      title: 'Cost an hour',
      about: 'By the price list, in its currency; models without a price are missing.',
      show: [['sum by (model, currency) (rate(model_cost_total[1h])) * 3600', '{{model}} {{currency}}']],
    },
    {
      title: 'Cost in the last day',
      kind: 'stat',
      show: [['sum by (currency) (increase(model_cost_total[1d]))', '{{currency}}']],
    },
    {
      title: 'Tokens in the last day',
      kind: 'table',
      width: 24,
      show: [['sum by (model, kind) (increase(openai_tokens_used_total[1d]))', '']],
    },
  ],
}

const tools: Dashboard = {
  file: 'tools',
  title: 'AI Assistant · tools',
  panels: [
    {
      title: 'Tool calls',
      unit: 'ops',
      show: [[rate('tool_calls_total', 'server', 'outcome'), '{{server}} {{outcome}}']],
    },
    {
      title: 'Duration of tool calls',
      unit: 's',
      show: [
        [quantile(0.5, 'tool_call_duration_seconds', 'server'), 'p50 {{server}}'],
        [quantile(0.95, 'tool_call_duration_seconds', 'server'), 'p95 {{server}}'],
      ],
    },
    {
      title: 'Servers connected',
      about: 'By each replica.',
      show: [['min by (server) (tool_server_up)', '{{server}}']],
    },
    {
      title: "Added to models' context",
      unit: 'Bps',
      show: [[rate('tool_context_bytes_total', 'server'), '{{server}}']],
    },
    {
      title: 'Calls at the example server',
      unit: 'ops',
      show: [[rate('mcp_tool_calls_total', 'tool', 'outcome'), '{{tool}} {{outcome}}']],
    },
    {
      title: 'Duration at the example server',
      unit: 's',
      show: [[quantile(0.95, 'mcp_tool_call_duration_seconds', 'tool'), 'p95 {{tool}}']],
    },
  ],
}

const runtime: Dashboard = {
  file: 'runtime',
  title: 'AI Assistant · database and runtime',
  panels: [
    {
      title: "Duration of the journal's commits",
      unit: 's',
      show: [
        [quantile(0.5, 'journal_commit_seconds'), 'p50'],
        [quantile(0.99, 'journal_commit_seconds'), 'p99'],
      ],
    },
    {
      title: 'Events in a commit',
      about: 'Grows by itself under load.',
      show: [
        [quantile(0.5, 'journal_commit_rows'), 'p50'],
        [quantile(0.99, 'journal_commit_rows'), 'p99'],
      ],
    },
    {
      title: 'Connections to the database',
      show: [
        ['sum by (state) (database_connections)', '{{state}}'],
        ['sum(database_connections_limit)', 'limit'],
      ],
    },
    {
      title: "Other replicas' wake-ups arrive",
      about: '0 while Redis is away: polling takes over.',
      show: [['min by (instance) (doorbell_connected)', '{{instance}}']],
    },
    {
      title: 'Event loop',
      unit: 's',
      about: 'How late timers are, p99.',
      show: [['nodejs_eventloop_lag_p99_seconds', '{{job}} {{instance}}']],
    },
    {
      title: 'Processor',
      unit: 'percentunit',
      show: [['rate(process_cpu_seconds_total[5m])', '{{job}} {{instance}}']],
    },
    {
      title: 'Memory',
      unit: 'bytes',
      show: [['process_resident_memory_bytes{job=~"orchestrator|frontend|mcp_example"}', '{{job}} {{instance}}']],
    },
    {
      title: 'Garbage collection',
      unit: 's',
      about: 'Seconds a second.',
      show: [['sum by (job, instance) (rate(nodejs_gc_duration_seconds_sum[5m]))', '{{job}} {{instance}}']],
    },
    {
      title: 'Restarts',
      show: [
        ['changes(process_start_time_seconds{job=~"orchestrator|frontend|mcp_example"}[1h])', '{{job}} {{instance}}'],
      ],
    },
    {
      title: 'Spans of traces',
      unit: 'ops',
      about: 'Empty while tracing is off.',
      show: [[rate('trace_spans_total', 'outcome'), '{{outcome}}']],
    },
    { title: 'Versions', kind: 'table', show: [['count by (job, version) (build_info)', '']] },
    {
      title: 'Age of the last backup',
      unit: 's',
      kind: 'stat',
      width: 6,
      show: [['time() - max(backup_last_success_timestamp_seconds)', 'since the last']],
    },
    {
      title: 'Size of the last backup',
      unit: 'bytes',
      kind: 'stat',
      width: 6,
      show: [['max(backup_last_size_bytes)', 'size']],
    },
  ],
}

const objectives: Dashboard = {
  file: 'slos',
  title: 'AI Assistant · objectives',
  panels: [
    ...slos.map((slo) => ({
      title: slo.title,
      kind: 'stat' as const,
      width: 8 as const,
      unit: 'percentunit',
      about: slo.promise,
      show: [[`1 - slo:errors:ratio_rate1d{slo="${slo.name}"}`, 'last day']] as [string, string][],
    })),
    {
      title: 'Rate of burning, last hour',
      about: '1 uses up exactly what the objective allows; 14.4 wakes somebody.',
      show: [['slo:errors:ratio_rate1h / on (slo) (1 - slo:objective:ratio)', '{{slo}}']],
    },
    {
      title: 'Rate of burning, last day',
      show: [['slo:errors:ratio_rate1d / on (slo) (1 - slo:objective:ratio)', '{{slo}}']],
    },
    {
      title: 'Allowance left',
      unit: 'percentunit',
      about: 'Of what thirty days allow, if all went on as in the last three.',
      show: [['1 - slo:errors:ratio_rate3d / on (slo) (1 - slo:objective:ratio)', '{{slo}}']],
    },
    { title: 'Alerts', kind: 'table', show: [['count by (alertname, severity, alertstate) (ALERTS)', '']] },
  ],
}

export const dashboards: Dashboard[] = [overview, answers, models, tools, runtime, objectives]
