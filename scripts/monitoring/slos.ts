/** What people may expect, as a share of events that go well. */
export interface Slo {
  name: string
  /** Of its alert, and of its page in `docs/runbooks/`. */
  alert: string
  title: string
  /** What is promised, as a sentence. */
  promise: string
  objective: number
  /** How many events must have gone wrong in an alert's long window: one failure of three in a quiet night wakes nobody. */
  leastBad: number
  /** Series of all events, of which rates are made; `{…}` included. */
  total: string
  /** Of those that went wrong, and, where it is easier to say, of those that went well. */
  bad: string[]
  good?: string
}

const sends = 'method="POST",path=~"/api/chat|/v1/chat/completions"'

export const slos: Slo[] = [
  {
    name: 'send',
    alert: 'SendUnavailable',
    title: 'Questions accepted',
    promise: '99.9 % of questions are accepted or refused for a reason of their own, never for ours.',
    objective: 0.999,
    leastBad: 5,
    total: `http_requests_total{${sends}}`,
    bad: [`http_requests_total{${sends},status=~"5.."}`],
  },
  {
    name: 'first_token',
    alert: 'FirstTokenSlow',
    title: 'First token in time',
    promise: '99 % of answers begin within half a second, not counting the time the model takes.',
    objective: 0.99,
    leastBad: 5,
    total: 'first_token_overhead_seconds_count',
    bad: [],
    good: 'first_token_overhead_seconds_bucket{le="0.5"}',
  },
  {
    name: 'no_stall',
    alert: 'AnswersStall',
    title: 'No stall',
    promise: '99 % of answers never pause for more than five seconds once they have begun.',
    objective: 0.99,
    leastBad: 5,
    total: 'answer_longest_pause_seconds_count',
    bad: [],
    good: 'answer_longest_pause_seconds_bucket{le="5"}',
  },
  {
    name: 'completed',
    alert: 'AnswersIncomplete',
    title: 'Answers completed',
    promise: '99 % of answers that nobody stopped end whole.',
    objective: 0.99,
    leastBad: 5,
    total: 'runs_ended_total{state!="cancelled"}',
    bad: ['runs_ended_total{state="failed"}', 'runs_ended_total{state="incomplete",reason!="length"}'],
  },
  {
    name: 'resume',
    alert: 'ResumesFail',
    title: 'Answers resumed',
    promise: '99 % of answers that lost their server end whole all the same.',
    objective: 0.99,
    leastBad: 3,
    total: 'runs_ended_total{state!="cancelled",resumed="true"}',
    bad: [
      'runs_ended_total{state="failed",resumed="true"}',
      'runs_ended_total{state="incomplete",reason!="length",resumed="true"}',
    ],
  },
  {
    name: 'tools',
    alert: 'ToolsBroken',
    title: 'Tools work',
    promise: '99 % of tool calls are answered by their server; that a tool says no is an answer.',
    objective: 0.99,
    leastBad: 5,
    total: 'tool_calls_total{outcome!="denied"}',
    bad: ['tool_calls_total{outcome=~"broken|unknown"}'],
  },
]

/** Share of events that went wrong, over a window. Nothing where there was no event. */
export function errorRatio(slo: Slo, window: string): string {
  const total = `sum(rate(${slo.total}[${window}]))`
  return `${badRate(slo, window)} / (${total} > 0)`
}

/** Number of events that went wrong in a window. */
export function badCount(slo: Slo, window: string): string {
  return badRate(slo, window).replaceAll('rate(', 'increase(')
}

function badRate(slo: Slo, window: string): string {
  const rate = (series: string): string => `sum(rate(${series}[${window}]))`
  if (slo.good !== undefined) return `(${rate(slo.total)} - ${rate(slo.good)})`
  // A counter that never counted has no series, which is no reason to know nothing of the ratio.
  const parts = slo.bad.map((series) => `(${rate(series)} or vector(0))`)
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' + ')})`
}
