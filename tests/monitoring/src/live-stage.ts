import { setTimeout as sleep } from 'node:timers/promises'
import { must, type Tally } from '@ai-assistant/deploy-tests/tally'
import { dashboards } from '../../../scripts/monitoring/dashboards.ts'
import { checkMetrics } from './check-metrics.ts'
import { startLoad } from './load.ts'
import type { Programs } from './programs.ts'
import { type Call, type Prometheus, startAlertmanager, startPrometheus } from './start-prometheus.ts'
import { startSystem, type System } from './start-system.ts'
import { startWebhook, type Webhook } from './start-webhook.ts'

/** Generous: what is waited for comes within a few seconds on a quiet machine. */
const WAIT_SECONDS = 90

/** The running product under load, watched by a real Prometheus: broken, seen, mended, seen again; and every panel. */
export async function liveStage(tally: Tally, programs: Programs): Promise<void> {
  tally.begin('live')
  const closers: (() => Promise<unknown>)[] = []
  try {
    const system = await startSystem()
    closers.push(() => system.stop())
    const webhook = await startWebhook()
    closers.push(() => webhook.close())
    const alertmanager = await startAlertmanager(programs, webhook.url)
    closers.push(() => alertmanager.stop())
    const host = (url: string): string => new URL(url).host
    const prometheus = await startPrometheus(
      programs,
      [
        { job: 'orchestrator', instances: system.replicas.map((replica) => host(replica.url)) },
        { job: 'frontend', instances: [host(system.web.url)] },
        { job: 'mcp_example', instances: [host(system.tools.url)] },
      ],
      { alertmanager: alertmanager.address, metricsToken: system.metricsToken },
    )
    closers.push(() => prometheus.stop())
    await trials(tally, programs, { system, webhook, prometheus })
  } finally {
    for (const close of closers.reverse()) await close()
  }
}

interface Watched {
  system: System
  webhook: Webhook
  prometheus: Prometheus
}

async function trials(tally: Tally, programs: Programs, watched: Watched): Promise<void> {
  const { system, webhook, prometheus } = watched
  const load = await startLoad(system)
  try {
    system.mood.refuse = 2
    await tally.check('questions are answered, with tools', () => load.answered(60, WAIT_SECONDS))
    await checkMetrics(tally, programs, system)
    await tally.check('nothing calls while all is well', async () => {
      await sleep(3000)
      const pages = webhook.calls.filter((call) => call.severity === 'page' && !busy.has(call.alert))
      must(pages.length === 0, `called: ${JSON.stringify(pages)}`)
    })
    await tally.check('the objectives under load', () => tellObjectives(prometheus))
    await tally.check('the times behind them', () => tellTimes(prometheus))
    await breakAndMend(tally, webhook, {
      what: 'the orchestrator behind the web app is killed',
      alerts: ['SendUnavailable'],
      breakIt: () => system.replicas[0].kill(),
      mendIt: () => system.replicas[0].start(),
    })
    await tally.check('its answers were taken over', async () => {
      const [taken] = await prometheus.query('sum(run_takeovers_total)')
      must((taken?.value ?? 0) > 0, 'no answer was taken over')
      return `${taken?.value} answers`
    })
    const good = system.mood.behaviour
    await breakAndMend(tally, webhook, {
      what: 'the model fails',
      alerts: ['ModelLeftAlone'],
      breakIt: async () => void (system.mood.behaviour = 'sim-fail500'),
      mendIt: async () => void (system.mood.behaviour = good),
    })
    await breakAndMend(tally, webhook, {
      what: 'the tool server is killed',
      alerts: ['ToolServerAway', 'ServerDown'],
      breakIt: () => system.tools.kill(),
      mendIt: () => system.tools.start(),
    })
    await tally.check('questions are answered as before', () => load.answered(10, WAIT_SECONDS))
    await checkPanels(tally, prometheus)
    await tally.check('the objectives after all that', () => tellObjectives(prometheus, 6))
  } finally {
    await load.stop()
  }
}

/** A machine that does more than this is slow; that says nothing of the product. */
const busy = new Set(['FirstTokenSlow', 'AnswersStall', 'EventLoopBlocked'])

interface Trial {
  what: string
  alerts: string[]
  breakIt: () => Promise<void>
  mendIt: () => Promise<void>
}

async function breakAndMend(tally: Tally, webhook: Webhook, trial: Trial): Promise<void> {
  const { what, alerts, breakIt, mendIt } = trial
  await breakIt()
  for (const alert of alerts) {
    await tally.check(`${what}: ${alert} calls`, () => heard(webhook, alert, 'firing'))
  }
  await mendIt()
  for (const alert of alerts) {
    await tally.check(`it is mended: ${alert} is over`, () => heard(webhook, alert, 'resolved'))
  }
}

/** Waits until this is the last that was said of the alert, and tells how long it took. */
async function heard(webhook: Webhook, alert: string, status: Call['status']): Promise<string> {
  const began = performance.now()
  for (;;) {
    // Of two severities the page counts.
    const calls = webhook.calls.filter((call) => call.alert === alert)
    const pages = calls.filter((call) => call.severity === 'page')
    const last = lastOfEach(pages.length > 0 ? pages : calls)
    const fires = last.find((call) => call.status === 'firing')
    const seconds = (performance.now() - began) / 1000
    const who = status === 'firing' ? fires : fires === undefined ? last[0] : undefined
    if (who) return `${who.receiver} heard of it after ${seconds.toFixed(0)} s`
    must(seconds < WAIT_SECONDS, `it was not heard of; what was: ${JSON.stringify(webhook.calls)}`)
    await sleep(200)
  }
}

/** What was last said of each instance. */
function lastOfEach(calls: readonly Call[]): Call[] {
  return [...new Map(calls.map((call) => [call.instance, call])).values()]
}

async function checkPanels(tally: Tally, prometheus: Prometheus): Promise<void> {
  for (const page of dashboards) {
    await tally.check(`every panel of ${page.file} has data`, async () => {
      const empty: string[] = []
      let series = 0
      for (const panel of page.panels) {
        for (const [expr] of panel.show) {
          const values = (await prometheus.query(expr)).filter((sample) => !Number.isNaN(sample.value))
          series += values.length
          if (values.length === 0 && !(await isYetToCome(prometheus, expr))) empty.push(`${panel.title}: ${expr}`)
        }
      }
      must(empty.length === 0, `without data:\n${empty.join('\n')}`)
      return `${page.panels.length} panels, ${series} series`
    })
  }
}

/** Figures of backups are shown from the first version that makes them. */
async function isYetToCome(prometheus: Prometheus, expr: string): Promise<boolean> {
  return expr.includes('backup_') && (await prometheus.query('backup_failures_total')).length === 0
}

const times: Record<string, string> = {
  'a question accepted': 'http_request_duration_seconds_bucket{job="orchestrator",method="POST",path="/api/chat"}',
  'the first token, beside the model': 'first_token_overhead_seconds_bucket',
  'the longest pause of an answer': 'answer_longest_pause_seconds_bucket',
  'a commit of the journal': 'journal_commit_seconds_bucket',
  'a tool call': 'tool_call_duration_seconds_bucket',
}

async function tellTimes(prometheus: Prometheus): Promise<string> {
  const told: string[] = []
  for (const [what, series] of Object.entries(times)) {
    const at = async (share: number): Promise<string> => {
      const [sample] = await prometheus.query(`histogram_quantile(${share}, sum by (le) (${series}))`)
      must(sample !== undefined && !Number.isNaN(sample.value), `${what} has no value`)
      return `${Math.round((sample?.value ?? 0) * 1000)} ms`
    }
    told.push(`${what} ${await at(0.5)} (half), ${await at(0.99)} (99 of 100)`)
  }
  return told.join('; ')
}

async function tellObjectives(prometheus: Prometheus, least = 1): Promise<string> {
  const errors = await prometheus.query('slo:errors:ratio_rate3d')
  must(errors.length >= least, `${errors.length} of ${least} have a value`)
  return errors.map(({ metric, value }) => `${metric['slo']} ${((1 - value) * 100).toFixed(2)} %`).join(', ')
}
