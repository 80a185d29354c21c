import { createHash } from 'node:crypto'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import tls from 'node:tls'
import { z } from 'zod'
import { certificateOf, type Deployment } from './deployment.ts'
import { must, secondsSince, type Tally } from './tally.ts'

const ourServices = ['orchestrator', 'frontend', 'mcp_example']
const services = [...ourServices, 'postgres', 'redis', 'nginx', 'prometheus', 'grafana']

const containerSchema = z.object({
  Name: z.string(),
  HostConfig: z.object({
    ReadonlyRootfs: z.boolean(),
    CapDrop: z.array(z.string()).nullable(),
    SecurityOpt: z.array(z.string()).nullable(),
    Memory: z.number(),
    PidsLimit: z.number().nullable(),
    PortBindings: z.record(z.string(), z.array(z.object({ HostIp: z.string() })).nullable()).nullable(),
  }),
  Config: z.object({ Env: z.array(z.string()) }),
  Mounts: z.array(z.object({ Source: z.string(), Destination: z.string(), RW: z.boolean() })),
})

export async function startStage(deployment: Deployment, tally: Tally): Promise<void> {
  const { compose, docker, container, folder } = deployment
  const began = performance.now()
  await tally.check('one command brings everything up', async () => {
    await compose(['up', '--detach', '--wait'], { timeout: 300_000 })
    // Whatever is asked from here on believes the certificate that was made for this system.
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), certificateOf(deployment)])
    return secondsSince(began)
  })
  await tally.check('nginx accepts its configuration', async () => {
    await compose(['exec', '-T', 'nginx', 'nginx', '-t'])
  })
  const inspected = await docker(['inspect', ...services.map(container)])
  const containers = z.array(containerSchema).parse(JSON.parse(inspected))
  await tally.check('no container can do more than it needs', async () => {
    const faults = containers.flatMap(({ Name, HostConfig: host }) => [
      ...(host.ReadonlyRootfs ? [] : [`${Name} can write to its system`]),
      ...(host.CapDrop?.includes('ALL') ? [] : [`${Name} keeps capabilities`]),
      ...(host.SecurityOpt?.some((option) => option.startsWith('no-new-privileges'))
        ? []
        : [`${Name} can gain rights`]),
      ...(host.Memory > 0 && (host.PidsLimit ?? 0) > 0 ? [] : [`${Name} has no limits`]),
    ])
    must(faults.length === 0, faults.join('\n'))
    return `${containers.length} containers`
  })
  await tally.check('only nginx is reachable from other machines', async () => {
    const open = containers.filter(({ HostConfig: { PortBindings: ports } }) =>
      Object.values(ports ?? {}).some((bindings) => bindings?.some(({ HostIp: address }) => address !== '127.0.0.1')),
    )
    must(
      open.map(({ Name }) => Name).join() === `/${container('nginx')}`,
      `open: ${open.map(({ Name }) => Name).join()}`,
    )
  })
  await checkSecrets(deployment, tally, containers)
  await tally.check('servers run as a user of their own', async () => {
    for (const service of ourServices) {
      const ids = await compose(['exec', '-T', service, 'id', '-u'])
      must(ids.trim() === '1000', `${service} runs as ${ids}`)
    }
  })
  await tally.check('the role the orchestrator logs in with is no superuser and passes by no policy', async () => {
    // It may make databases: a restore is made in one of its own.
    const query = `select rolsuper or rolbypassrls or rolcreaterole from pg_roles where rolname = 'ai_assistant'`
    const arguments_ = ['exec', '-T', 'postgres', 'psql', '-U', 'postgres', '-d', 'ai_assistant', '-tAc']
    must((await compose([...arguments_, query])).trim() === 'f', 'it can do more')
    const logins = await compose([
      ...arguments_,
      `select distinct usename from pg_stat_activity where datname = 'ai_assistant'`,
    ])
    must(logins.includes('ai_assistant'), `these are logged in: ${logins}`)
  })
  await tally.check('a second start changes nothing', async () => {
    const before = digestOf(folder)
    await compose(['up', '--detach', '--wait'])
    must(digestOf(folder) === before, 'passwords, keys or the certificate were made anew')
  })
  await tally.check('Prometheus reads every server', async () => {
    const path = `http://127.0.0.1:${deployment.env['PROMETHEUS_PORT']}/api/v1/targets`
    const targetsSchema = z.object({
      data: z.object({
        activeTargets: z.array(
          z.object({ health: z.string(), lastError: z.string(), labels: z.object({ job: z.string() }) }),
        ),
      }),
    })
    const look = async () => targetsSchema.parse(await (await fetch(path)).json()).data.activeTargets
    const deadline = performance.now() + 40_000
    let targets = await look()
    // One that was asked before it served is asked again within the scrape interval.
    while (targets.some(({ health }) => health !== 'up') && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 500))
      targets = await look()
    }
    const down = targets
      .filter(({ health }) => health !== 'up')
      .map(({ labels, lastError }) => `${labels.job}: ${lastError}`)
    must(down.length === 0, down.join('\n'))
    for (const job of ourServices)
      must(
        targets.some(({ labels }) => labels.job === job),
        `${job} is not asked`,
      )
    return `${targets.length} targets`
  })
}

async function checkSecrets(
  { folder }: Deployment,
  tally: Tally,
  containers: z.infer<typeof containerSchema>[],
): Promise<void> {
  await tally.check('secrets are made, closed to others, and in no environment', async () => {
    const files = globSync('secrets/*/*', { cwd: folder })
    must(files.length >= 14, `only ${files.join(', ')}`)
    must((statSync(join(folder, 'secrets')).mode & 0o077) === 0, 'secrets/ is open to other users')
    must(
      (statSync(join(folder, 'nginx/ssl/privkey.pem')).mode & 0o077) === 0,
      "the certificate's key is open to other users",
    )
    const values = files.map((file) => readFileSync(join(folder, file), 'utf8'))
    const passwords = values.filter((value) => /^[0-9a-f]{64}$/.test(value))
    must(passwords.length >= 10, `only ${passwords.length} look random`)
    const told = containers.filter(({ Config: { Env: env } }) =>
      env.some((line) => passwords.some((value) => line.includes(value))),
    )
    must(told.length === 0, `in the environment of ${told.map(({ Name }) => Name).join()}`)
    return `${files.length} files`
  })
  await tally.check('each service is given its own secrets alone', async () => {
    for (const { Name, Mounts: mounts } of containers) {
      const given = mounts.filter(({ Source: source }) => source.startsWith(join(folder, 'secrets')))
      const wrong = given.filter(
        ({ Source: source, RW: writable }) => writable || !Name.endsWith(source.split('/').at(-1) ?? ''),
      )
      must(wrong.length === 0, `${Name} is given ${wrong.map(({ Source: source }) => source).join()}`)
    }
  })
}

function digestOf(folder: string): string {
  const hash = createHash('sha256')
  for (const file of globSync(['secrets/*/*', 'nginx/ssl/*.pem'], { cwd: folder }).toSorted())
    hash.update(file).update(readFileSync(join(folder, file)))
  return hash.digest('hex')
}
