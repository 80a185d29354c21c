// Started by `scripts/start.mjs` under Node 24: brings all servers up, keeps them up, takes them down.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { loadConfig } from '../../orchestrator/src/config/load-config.ts'
import { readDotenv } from '../../orchestrator/src/config/read-dotenv.ts'
import { createReporter, StartError } from '../runtime-report.mjs'
import { root } from '../runtime-root.mjs'
import { buildWeb } from './build-web.ts'
import { askRunning, isRunning, listenForAsking } from './control.ts'
import { type LogLine, matters } from './log-lines.ts'
import { type Options, readOptions } from './options.ts'
import { planServices, portWishes, type Surroundings } from './plan.ts'
import { choosePorts } from './ports.ts'
import { Service, type ServiceSpec } from './service.ts'
import { SignInLinks } from './sign-in-link.ts'
import { watchSources } from './watch-sources.ts'

/** Servers get this long to close, in milliseconds; all must be gone within five seconds. */
const grace = 4_000

/** One Ctrl-C may arrive twice, from the terminal and from the starter; not further apart than this, in milliseconds. */
const sameKeyPress = 500

const report = createReporter()
let stopAsked = -Infinity
const services: Service[] = []
const undo: (() => void)[] = []
const stopping = new AbortController()
/** Lines told at the start, which a server may tell again. */
const told = new Set<string>()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop())
// Whoever started this process is gone.
process.once('disconnect', () => void stop())
process.channel?.unref()

try {
  await main(readOptions(process.argv.slice(2)))
} catch (error) {
  if (!stopping.signal.aborted) {
    report.fail(error)
    process.exitCode = 1
  }
  await stop()
}

async function main(options: Options): Promise<void> {
  const around = surroundings(options)
  if (await settledByRunning(around.config.dataDir, options)) return
  const began = performance.now()
  const ports = await choosePorts(portWishes(around), around.config.http.host, warn)
  const plan = planServices(around, ports)
  const links = new SignInLinks(plan.publicUrl)
  undo.push(listenForAsking(around.config.dataDir, () => links.fresh()))

  const verbose = options.logs || options.dev || around.config.debug
  const start = (spec: ServiceSpec) => startService(spec, links, verbose)
  const tools = plan.tools.map(start)
  const orchestrator = start(plan.orchestrator)
  links.askAt(orchestrator)
  // The orchestrator starts while the web app is built; if it cannot, there is no point in building.
  if (!options.dev) await Promise.race([buildWeb(root, report, stopping.signal), failureOf(services)])
  start(plan.web)
  await report.step('Starting', () => Promise.all(services.map((service) => service.firstReady)))

  if (options.dev) watchAll(orchestrator, tools)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  report.line(`\n${report.colour('bold', around.config.appName)} is ready after ${seconds} s.\n`)
  await tellLink(links, options)
}

function surroundings({ dev }: Options): Surroundings {
  const env = readDotenv(root)
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const { config, notices } = loadConfig(env, { version, cwd: root })
  for (const notice of notices) {
    told.add(notice)
    warn(notice)
  }
  return { root, env, config, dev }
}

/** Whether all was done by the launcher that runs on this data directory already. */
async function settledByRunning(dataDir: string, { link }: Options): Promise<boolean> {
  if (!(await isRunning(dataDir))) return false
  const answer = link ? await askRunning(dataDir) : null
  if (answer) {
    report.line(answer)
    return true
  }
  throw new StartError(
    link
      ? `AI Assistant runs on ${dataDir}, but is not ready to make a link. Try again in a moment.`
      : `AI Assistant runs already on ${dataDir}. \`npm start -- --link\` prints a sign-in link for it; set DATA_DIR to start a second one.`,
  )
}

function startService(spec: ServiceSpec, links: SignInLinks, verbose: boolean): Service {
  const label = report.colour('dim', `${spec.name.replace(/^the /, '')} │`)
  const service = new Service(spec, {
    line: (line: LogLine) => {
      if ((verbose || matters(line)) && !told.has(line.message)) report.line(`${label} ${line.text}`)
    },
    message: (message) => links.hear(message),
    died: (how) => warn(`${spec.name} stopped (${how}) and is started again …`),
    back: () => report.line(`${report.colour('green', '✓')} ${spec.name} is back.`),
  })
  services.push(service)
  return service
}

/** Rejects with the first failure; never resolves. */
async function failureOf(started: Service[]): Promise<never> {
  const failures = started.map((service) => service.firstReady.then(() => new Promise<never>(() => undefined)))
  return Promise.race(failures)
}

function watchAll(orchestrator: Service, tools: Service[]): void {
  const folders = {
    orchestrator: ['orchestrator/src', 'contract/src', 'telemetry/src'],
    tools: ['mcp_servers/example/src'],
  }
  const again = (started: Service[]) => () => started.forEach((service) => service.restart('its sources changed'))
  undo.push(watchSources(root, folders.orchestrator, again([orchestrator])))
  undo.push(watchSources(root, folders.tools, again(tools)))
}

async function tellLink(links: SignInLinks, { link }: Options): Promise<void> {
  const { address, signsIn } = link ? { address: await links.fresh(), signsIn: true } : links.first()
  const meaning = signsIn ? 'It signs you in as the owner, works once, and expires after 15 minutes.' : ''
  const enter = process.stdin.isTTY ? 'Press Enter for a fresh sign-in link, Ctrl-C to stop.' : ''
  report.line(`  ${report.colour('cyan', address)}\n`)
  report.line(report.colour('dim', [meaning, enter].filter(Boolean).join('\n')))
  if (!process.stdin.isTTY) return
  const lines = createInterface({ input: process.stdin })
  lines.on('line', () => {
    links.fresh().then(
      (fresh) => report.line(`  ${report.colour('cyan', fresh)}\n`),
      (error: Error) => warn(error.message),
    )
  })
  undo.push(() => lines.close())
}

function warn(text: string): void {
  report.line(`${report.colour('yellow', '!')} ${text}`)
}

/** All at once, and by force when a person asks a second time. */
async function stop(): Promise<void> {
  if (performance.now() - stopAsked < sameKeyPress) return
  const again = stopping.signal.aborted
  if (!again && process.exitCode === undefined) report.line('Stopping …')
  stopAsked = performance.now()
  stopping.abort()
  for (const take of undo.splice(0)) take()
  await Promise.all(services.map((service) => service.stop(again ? 0 : grace)))
}
