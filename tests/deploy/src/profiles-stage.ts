import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { signIn } from '@ai-assistant/system-tests/product/api-client'
import { readAnswer } from '@ai-assistant/system-tests/product/read-answer'
import { z } from 'zod'
import type { Deployment } from './deployment.ts'
import { tryRun } from './run.ts'
import { must, type Tally } from './tally.ts'
import { untilServed } from './until-served.ts'
import { toolQuestion } from './verify-stage.ts'

/** Of profiles that run wherever the tests have an engine. */
const profiles = 'backup,alerts,traces,second-mcp-server'

/** Images that this machine may not have: their services then do not run, and that is said. */
const elsewhere = ['logs', 'vectors']

const settings = `
MCP_DISCOVERY_URLS=http://mcp_example:8001,http://mcp_example_2:8002
OTEL_EXPORTER_OTLP_ENDPOINT=http://jaeger:4318
`

/** What Compose starts when it is asked to: backups, alerts, traces, a second tool server. */
export async function profilesStage(deployment: Deployment, tally: Tally): Promise<void> {
  const { compose, env, folder, publicUrl } = deployment
  appendFileSync(join(folder, '.env'), settings)
  env['COMPOSE_PROFILES'] = profiles
  await tally.check('the profiles come up beside the rest', async () => {
    await compose(['up', '--detach', '--wait'])
    return profiles
  })
  const link = await compose(['exec', '-T', 'orchestrator', 'node', 'scripts/create_owner.ts'])
  const client = await signIn(publicUrl, new URL(link.trim()).hash.slice(1))
  await tally.check('tools of both servers are there', () =>
    untilServed(async () => {
      const { servers } = await client.tools()
      const names = servers.map(({ name, tools }) => `${name} (${tools.length})`)
      must(servers.length === 2 && servers.every(({ tools }) => tools.length > 0), `these are: ${names.join(', ')}`)
      return names.join(', ')
    }),
  )
  const ask = async (text = 'Count.') => {
    const { runId, conversationId } = await client.send({ text })
    const { finish } = await readAnswer(client, runId)
    must(finish.state === 'complete', `it ended as ${finish.state}`)
    return conversationId
  }
  const kept = await ask(toolQuestion)
  await checkTraces(deployment, tally)
  await checkMonitoring(deployment, tally)
  await tally.check('a backup is made, restored and compared', async () => {
    const told = await compose(['run', '--rm', '-T', 'backup', 'node', 'scripts/backup.ts'])
    must(/restored|proven|verified/i.test(told), told)
    return told.trim().split('\n').at(-1) ?? ''
  })
  await tally.check('what was there at the backup comes back, and what came later is put aside', async () => {
    const later = await ask()
    const told = await compose(['run', '--rm', '-T', 'backup', 'node', 'scripts/restore.ts', 'latest', '--yes'])
    const { items } = await untilServed(() => client.conversations())
    const ids = items.map(({ id }) => id)
    must(ids.includes(kept), 'a conversation from before the backup is gone')
    must(!ids.includes(later), 'one from after it is there')
    await ask()
    return told.trim().split('\n')[0] ?? ''
  })
  delete env['COMPOSE_PROFILES']
  await compose(['--profile', '*', 'rm', '--stop', '--force', 'alertmanager', 'jaeger', 'mcp_example_2', 'backup'])
  await checkElsewhere(deployment, tally)
}

async function checkTraces({ env }: Deployment, tally: Tally): Promise<void> {
  await tally.check('traces of every server reach what the profile `traces` starts', () =>
    untilServed(async () => {
      // nginx has the API asked without it.
      await (await fetch(`http://127.0.0.1:${env['FRONTEND_PORT']}/api/session`)).text()
      const { data } = z
        .object({ data: z.array(z.string()) })
        .parse(await (await fetch(`http://127.0.0.1:${env['JAEGER_UI_PORT']}/api/services`)).json())
      for (const name of ['orchestrator', 'frontend', 'mcp'])
        must(
          data.some((service) => service.includes(name)),
          `only of ${data.join(', ') || 'nobody'}`,
        )
      return data.join(', ')
    }),
  )
}

async function checkMonitoring({ env }: Deployment, tally: Tally): Promise<void> {
  const prometheus = `http://127.0.0.1:${env['PROMETHEUS_PORT']}/api/v1`
  const ask = async (path: string): Promise<unknown> => (await fetch(`${prometheus}/${path}`)).json()
  const resultSchema = z.object({
    data: z.object({ result: z.array(z.object({ metric: z.record(z.string(), z.string()) })) }),
  })
  await tally.check('Prometheus has data of each server', () =>
    untilServed(async () => {
      const query = encodeURIComponent('count by (job) (http_requests_total > 0)')
      const { result } = resultSchema.parse(await ask(`query?query=${query}`)).data
      const jobs = result.map(({ metric }) => metric['job'] ?? '')
      for (const job of ['orchestrator', 'frontend', 'mcp_example'])
        must(jobs.includes(job), `only of ${jobs.join(', ')}`)
      return jobs.join(', ')
    }),
  )
  await tally.check('every rule is read, and alerts have somewhere to go', async () => {
    const rulesSchema = z.object({
      data: z.object({
        groups: z.array(z.object({ rules: z.array(z.object({ type: z.string(), health: z.string() })) })),
      }),
    })
    const rules = await untilServed(async () => {
      const read = rulesSchema.parse(await ask('rules')).data.groups.flatMap((group) => group.rules)
      must(read.length > 20 && read.every(({ health }) => health === 'ok'), `${read.length} rules, not all evaluated`)
      return read
    })
    const managersSchema = z.object({ data: z.object({ activeAlertmanagers: z.array(z.object({ url: z.string() })) }) })
    const { activeAlertmanagers } = managersSchema.parse(await ask('alertmanagers')).data
    must(activeAlertmanagers.length === 1, 'Prometheus knows no Alertmanager')
    const ready = await fetch(`http://127.0.0.1:${env['ALERTMANAGER_PORT']}/-/ready`)
    must(ready.ok, `Alertmanager answers with ${ready.status}`)
    return `${rules.filter(({ type }) => type === 'alerting').length} alerts`
  })
}

async function checkElsewhere({ env, folder, compose }: Deployment, tally: Tally): Promise<void> {
  for (const profile of elsewhere) {
    const images = async (args: string[]) =>
      new Set((await compose([...args, 'config', '--images'])).trim().split('\n'))
    const always = await images([])
    const added = [...(await images(['--profile', profile]))].filter((image) => !always.has(image))
    const missing: string[] = []
    for (const image of added)
      if ((await tryRun('docker', ['image', 'inspect', image], { cwd: folder, env })).code !== 0) missing.push(image)
    if (missing.length > 0) {
      console.log(`– not run, for want of its images: the profile ${profile} (${missing.join(', ')})`)
      continue
    }
    await tally.check(`the profile ${profile} comes up`, async () => {
      await compose(['--profile', profile, 'up', '--detach', '--wait'])
      await compose(['up', '--detach', '--wait', '--remove-orphans'])
    })
  }
}
