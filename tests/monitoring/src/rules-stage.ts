import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { must, type Tally } from '@ai-assistant/deploy-tests/tally'
import { tryRun } from '@ai-assistant/deploy-tests/run'
import { dashboards } from '../../../scripts/monitoring/dashboards.ts'
import { type RuleTest, ruleTests, toPromtool } from '../../../scripts/monitoring/rule-tests.ts'
import { type Rule, ruleFiles, type RuleGroup, runbookOf } from '../../../scripts/monitoring/rules.ts'
import { slos } from '../../../scripts/monitoring/slos.ts'
import { toYaml } from '../../../scripts/monitoring/to-yaml.ts'
import type { Programs } from './programs.ts'

const root = resolve(import.meta.dirname, '../../..')
const rulesFolder = join(root, 'monitoring/rules')

/** What can be shown without the product: that rules and configurations are read, and that each alert fires and does not. */
export async function rulesStage(tally: Tally, programs: Programs, home: string): Promise<void> {
  tally.begin('rules')
  const files = Object.keys(ruleFiles()).map((name) => join(rulesFolder, name))
  const alerts = alertsOf()
  await tally.check('the rules are as their tables say, and Prometheus reads them', async () => {
    await mustRun(process.execPath, [join(root, 'scripts/generate-monitoring.ts'), '--check'])
    return mustRun(programs.promtool, ['check', 'rules', '--lint-fatal', ...files])
  })
  for (const name of ['prometheus.yml', 'prometheus.kubernetes.yml']) {
    await tally.check(`Prometheus reads ${name}`, async () => {
      const file = join(home, name)
      await writeFile(file, withoutKubernetes(await readFile(join(root, 'monitoring', name), 'utf8')))
      await mustRun(programs.promtool, ['check', 'config', '--syntax-only', file])
    })
  }
  await tally.check('Alertmanager reads its configuration', async () => {
    await mustRun(programs.amtool, ['check-config', join(root, 'monitoring/alertmanager.yml')])
  })
  await tally.check("Prometheus reads every panel's expression", async () => {
    const exprs = dashboards.flatMap((page) => page.panels.flatMap((panel) => panel.show.map(([expr]) => expr)))
    const rules = exprs.map((expr, at) => ({ record: `panel:${at}`, expr }))
    const file = join(home, 'panels.yml')
    await writeFile(file, toYaml({ groups: [{ name: 'panels', rules }] }))
    await mustRun(programs.promtool, ['check', 'rules', file])
    return `${exprs.length} expressions`
  })
  await tally.check('each alert has a page that says what to do, and is tried both ways', async () => {
    const faults = alerts.flatMap((alert) => faultsOf(alert))
    must(faults.length === 0, faults.join('\n'))
    return `${alerts.length} alerts`
  })
  for (const alert of alerts) await tryAlert(tally, programs, alert, home)
}

/** Debian's Prometheus is built without the discovery of pods; all else in the file is read. */
function withoutKubernetes(text: string): string {
  return text.replaceAll(/^ {4}kubernetes_sd_configs:.*\n(?: {6,}.*\n)*/gm, '')
}

function alertsOf(): string[] {
  const rules: Rule[] = Object.values(ruleFiles()).flatMap((groups) => groups.flatMap((group) => group.rules))
  return [...new Set(rules.flatMap((rule) => rule.alert ?? []))]
}

function faultsOf(alert: string): string[] {
  const page = `docs/runbooks/${runbookOf(alert)}`
  const tests = ruleTests.filter((test) => test.alert === alert)
  return [
    ...(existsSync(join(root, page)) ? [] : [`${alert} has no ${page}`]),
    ...(tests.some((test) => test.fires.length > 0) ? [] : [`${alert} is made to fire by no test`]),
    ...(tests.some((test) => test.fires.length === 0) ? [] : [`${alert} is kept silent by no test`]),
  ]
}

async function tryAlert(tally: Tally, programs: Programs, alert: string, home: string): Promise<void> {
  const tests = ruleTests.filter((test) => test.alert === alert)
  await tally.check(`${alert} ${describe(tests)}`, async () => {
    const folder = join(home, alert)
    await mkdir(folder, { recursive: true })
    const rules = join(folder, 'rules.yml')
    const groups = rulesOf(alert)
    await writeFile(rules, toYaml({ groups }))
    for (const every of ['1m', '10m']) {
      const some = tests.filter((test) => (test.every ?? '1m') === every)
      if (some.length === 0) continue
      const file = join(folder, `tests-${every}.yml`)
      await writeFile(file, toYaml(toPromtool(some, every, { file: rules, groups })))
      await mustRun(programs.promtool, ['test', 'rules', file])
    }
  })
}

/** The rules of one alert, and the recordings of the objective that it is for: the rest would only take its time. */
function rulesOf(alert: string): RuleGroup[] {
  const slo = slos.find((one) => one.alert === alert)
  return Object.values(ruleFiles())
    .flat()
    .map((group) => ({
      ...group,
      rules: group.rules.filter((rule) => rule.alert === alert || (slo && rule.labels?.['slo'] === slo.name)),
    }))
    .filter((group) => group.rules.length > 0)
}

function describe(tests: readonly RuleTest[]): string {
  const firing = tests.filter((test) => test.fires.length > 0).length
  return `fires where it should (${firing}) and not elsewhere (${tests.length - firing})`
}

async function mustRun(program: string, args: string[]): Promise<void> {
  const { code, stdout, stderr } = await tryRun(program, args, { timeout: 60_000 })
  must(code === 0, `${program} ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`)
}
