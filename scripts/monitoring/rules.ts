import type { Alert } from './alert.ts'
import { backupAlerts, systemAlerts } from './alerts.ts'
import { badCount, errorRatio, type Slo, slos } from './slos.ts'

export interface Rule {
  record?: string
  alert?: string
  expr: string
  for?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

export interface RuleGroup {
  name: string
  interval?: string
  rules: Rule[]
}

const ratioWindows = ['5m', '30m', '1h', '2h', '6h', '1d', '3d']
const countWindows = ['1h', '6h', '1d', '3d']
const runbooks = 'https://github.com/your-org/ai-assistant/blob/main/docs/runbooks'

/** All rules by file name. */
export function ruleFiles(): Record<string, RuleGroup[]> {
  return {
    'slos.yml': [
      ...slos.map((slo) => ({ name: `slo_${slo.name}`, interval: '30s', rules: recordings(slo) })),
      { name: 'slo_alerts', rules: slos.flatMap(burnAlerts) },
    ],
    'alerts.yml': [{ name: 'system', rules: systemAlerts.map(toRule) }],
    'backups.yml': [{ name: 'backups', rules: backupAlerts.map(toRule) }],
  }
}

function recordings(slo: Slo): Rule[] {
  const labels = { slo: slo.name }
  return [
    { record: 'slo:objective:ratio', expr: `vector(${slo.objective})`, labels },
    ...ratioWindows.map((window) => ({
      record: `slo:errors:ratio_rate${window}`,
      expr: errorRatio(slo, window),
      labels,
    })),
    ...countWindows.map((window) => ({
      record: `slo:errors:increase${window}`,
      expr: badCount(slo, window),
      labels,
    })),
  ]
}

/**
 * Burn rates over two windows: the long one says that it matters, the short one that it still goes on. At 14.4 times the
 * rate that would just use up thirty days' allowance, an hour costs a fiftieth of it.
 */
function burnAlerts(slo: Slo): Rule[] {
  const budget = Number((1 - slo.objective).toFixed(6))
  const burns = (factor: number, long: string, short: string): string =>
    [
      `slo:errors:ratio_rate${long}{slo="${slo.name}"} > ${factor} * ${budget}`,
      `slo:errors:ratio_rate${short}{slo="${slo.name}"} > ${factor} * ${budget}`,
      `slo:errors:increase${long}{slo="${slo.name}"} >= ${slo.leastBad}`,
    ].join(' and ')
  const alert = (severity: Alert['severity'], expr: string, pace: string): Rule =>
    toRule({
      name: slo.alert,
      expr,
      for: '1m',
      severity,
      summary: `${slo.title}: the allowance is used up ${pace}`,
      description: `${slo.promise} Now {{ $value | humanizePercentage }} go wrong.`,
    })
  return [
    alert('page', `(${burns(14.4, '1h', '5m')}) or (${burns(6, '6h', '30m')})`, 'within days'),
    alert('ticket', `(${burns(3, '1d', '2h')}) or (${burns(1, '3d', '6h')})`, 'before its time'),
  ]
}

function toRule(alert: Alert): Rule {
  return {
    alert: alert.name,
    expr: alert.expr,
    ...(alert.for === '0s' ? {} : { for: alert.for }),
    labels: { severity: alert.severity },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      runbook_url: `${runbooks}/${runbookOf(alert.name)}`,
    },
  }
}

/** `SendUnavailable` has its page in `send-unavailable.md`. */
export function runbookOf(alert: string): string {
  return `${alert.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.md`
}

const seconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** The same rules with all their times divided, for trials that cannot wait for days. A window has no less than `leastSeconds`; names stay. */
export function hasten(groups: RuleGroup[], divisor: number, leastSeconds: number): RuleGroup[] {
  const shorten = (time: string, least: number): string => {
    const [, figure = '', unit = 's'] = /^(\d+)([smhd])$/.exec(time) ?? []
    return `${Math.max(least, Math.round((Number(figure) * (seconds[unit] ?? 1)) / divisor))}s`
  }
  return groups.map((group) => ({
    ...group,
    ...(group.interval === undefined ? {} : { interval: '1s' }),
    rules: group.rules.map((rule) => ({
      ...rule,
      expr: rule.expr.replaceAll(/\[(\d+[smhd])\]/g, (_, time: string) => `[${shorten(time, leastSeconds)}]`),
      ...(rule.for === undefined ? {} : { for: shorten(rule.for, 1) }),
    })),
  }))
}
