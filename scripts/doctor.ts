// Looks a system over from the inside, with its own configuration, and says of each fault what to do.
import { parseArgs } from 'node:util'
import { ConfigError } from '../orchestrator/src/config/config-error.ts'
import { loadConfig } from '../orchestrator/src/config/load-config.ts'
import { readDotenv } from '../orchestrator/src/config/read-dotenv.ts'
import { fault, type Finding, warning } from '../orchestrator/src/health/finding.ts'
import { printChecklist } from './doctor/checklist.ts'
import { examine } from './doctor/examine.ts'
import { printFindings } from './doctor/print-findings.ts'
import { root } from './doctor/root.ts'

const HELP = `Usage: npm run doctor -- [options]

Looks the system over that the environment and .env describe: secrets, database (version, role, room for connections, clock,
migrations), Redis, tool servers, and what the options add. Ends with 1 where something is wrong.

  --url <address>         where people reach it: asks one short question through all proxies, and measures the stream
  --replicas <number>     the most orchestrators that run at once; without it, as many as run now
  --grace-period <s>      how long whoever stops an orchestrator waits before it kills it
  --pre-stop <s>          seconds that pass before the orchestrator is told to stop (5)
  --checklist             prints docs/production-checklist.md, with what was found beside its boxes`

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    replicas: { type: 'string' },
    'grace-period': { type: 'string' },
    'pre-stop': { type: 'string', default: '5' },
    checklist: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
})

if (values.help) console.log(HELP)
else await main()

async function main(): Promise<void> {
  const findings = await findAll()
  if (values.checklist) printChecklist(findings)
  else printFindings(findings)
  process.exitCode = findings.some(({ level }) => level === 'fault') ? 1 : 0
}

async function findAll(): Promise<Finding[]> {
  const env = readDotenv(root)
  try {
    const { config, notices } = loadConfig(env, { version: '0', cwd: root })
    const told = notices.map((notice) => warning('Configuration', notice, 'See docs/configuration.md.'))
    const examined = await examine(config, env, {
      url: values.url?.replace(/\/+$/, '') ?? null,
      replicas: numberOf(values.replicas),
      grace: numberOf(values['grace-period']),
      preStop: numberOf(values['pre-stop']) ?? 0,
    })
    return [...told, ...examined]
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.faults.map(({ name, wrong, write }) => fault('Configuration', `${name} ${wrong}`, write))
  }
}

function numberOf(text: string | undefined): number | null {
  if (text === undefined) return null
  const number = Number(text)
  if (Number.isInteger(number) && number >= 0) return number
  console.error(`"${text}" is no whole number.\n\n${HELP}`)
  process.exit(2)
}
