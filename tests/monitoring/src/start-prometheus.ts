import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@ai-assistant/system-tests/services/free-port'
import { openServerHome, type ServerProcess } from '@ai-assistant/system-tests/services/server-home'
import { hasten, ruleFiles } from '../../../scripts/monitoring/rules.ts'
import { toYaml } from '../../../scripts/monitoring/to-yaml.ts'
import type { Programs } from './programs.ts'

const root = resolve(import.meta.dirname, '../../..')

/** Two hours of the rules are a minute here. */
const DIVISOR = 120
/** Five scrapes. */
const LEAST_WINDOW_SECONDS = 5
const startSeconds = 60

export interface Target {
  job: string
  /** Host and port. */
  instances: string[]
}

export interface Sample {
  metric: Record<string, string>
  value: number
}

export interface Prometheus {
  url: string
  query(expr: string): Promise<Sample[]>
  stop(): Promise<void>
}

/** Prometheus with the product's rules, hastened, reading each target once a second and calling Alertmanager. */
export async function startPrometheus(
  programs: Programs,
  targets: readonly Target[],
  options: { alertmanager: string; metricsToken: string },
): Promise<Prometheus> {
  const home = await openServerHome('prometheus', 'prometheus.pid')
  await mkdir(join(home.path, 'rules'))
  for (const [name, groups] of Object.entries(ruleFiles())) {
    await writeFile(join(home.path, 'rules', name), toYaml({ groups: hasten(groups, DIVISOR, LEAST_WINDOW_SECONDS) }))
  }
  await writeFile(join(home.path, 'token'), options.metricsToken)
  await writeFile(join(home.path, 'prometheus.yml'), toYaml(configuration(home.path, targets, options.alertmanager)))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const process = await home.start(programs.prometheus, [
    `--config.file=${join(home.path, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(home.path, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ])
  await writeFile(home.pidFile, `${process.pid}\n`)
  await untilReady(url, process, 'Prometheus')
  return {
    url,
    query: (expr) => query(url, expr),
    stop: async () => {
      await process.end('SIGTERM')
      await home.remove()
    },
  }
}

function configuration(home: string, targets: readonly Target[], alertmanager: string): unknown {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [join(home, 'rules/*.yml')],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
    scrape_configs: targets.map(({ job, instances }) => ({
      job_name: job,
      authorization: { credentials_file: join(home, 'token') },
      static_configs: [{ targets: instances }],
    })),
  }
}

async function query(url: string, expr: string): Promise<Sample[]> {
  const answer = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: expr }) })
  const body = (await answer.json()) as {
    error?: string
    data?: { result: { metric: Record<string, string>; value: [number, string] }[] }
  }
  if (body.data === undefined) throw new Error(`${expr}: ${body.error ?? answer.status}`)
  return body.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
}

/** One call of a receiver. */
export interface Call {
  receiver: string
  status: 'firing' | 'resolved'
  alert: string
  severity: string
  /** Which of several, where the alert is about one. */
  instance: string
}

/** The product's own Alertmanager configuration, hastened, with receivers that call `webhook`. */
export async function startAlertmanager(
  programs: Programs,
  webhook: string,
): Promise<{ address: string; stop(): Promise<void> }> {
  const home = await openServerHome('alertmanager', 'alertmanager.pid')
  const own = await readFile(join(root, 'monitoring/alertmanager.yml'), 'utf8')
  const hasty = own.replaceAll(/(group_wait|group_interval): \S+/g, '$1: 1s')
  const heard = hasty.replaceAll(
    /^ {2}- name: (\w+)$/gm,
    `  - name: $1\n    webhook_configs:\n      - url: ${webhook}\n        send_resolved: true`,
  )
  await writeFile(join(home.path, 'alertmanager.yml'), heard)
  const port = await freePort()
  const process = await home.start(programs.alertmanager, [
    `--config.file=${join(home.path, 'alertmanager.yml')}`,
    `--storage.path=${join(home.path, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
  ])
  await writeFile(home.pidFile, `${process.pid}\n`)
  await untilReady(`http://127.0.0.1:${port}`, process, 'Alertmanager')
  return {
    address: `127.0.0.1:${port}`,
    stop: async () => {
      await process.end('SIGTERM')
      await home.remove()
    },
  }
}

async function untilReady(url: string, process: ServerProcess, name: string): Promise<void> {
  const deadline = performance.now() + startSeconds * 1000
  for (;;) {
    const answer = await fetch(`${url}/-/ready`).catch(() => null)
    await answer?.body?.cancel()
    if (answer?.ok === true) return
    if (!process.running() || performance.now() > deadline) {
      throw new Error(`${name} did not start:\n${await process.log()}`)
    }
    await sleep(100)
  }
}
