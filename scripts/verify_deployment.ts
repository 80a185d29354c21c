// Looks at a running system as its people reach it, and tells in a table what is right and what is not.
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { parseArgs } from 'node:util'
import { checkConversation } from './verify/check-conversation.ts'
import { checkEdge } from './verify/check-edge.ts'
import { checkInside } from './verify/check-inside.ts'
import { Report } from './verify/report.ts'
import { createWeb } from './verify/web.ts'
import { composeWhere, kubernetesWhere, type Where } from './verify/where.ts'

const HELP = `Usage: scripts/verify_deployment.sh [options] [address]

Checks a running system at its address (https://localhost where none is given): pages, both hosts, certificate, headers,
closed doors, and with a sign-in link a real conversation with a tool call. Ends with 0 where nothing is wrong.

  --compose            the system runs here in Compose: looks at its containers too, and makes the link itself
  --namespace <name>   it runs in this namespace of the cluster kubectl talks to: the same for its pods
  --link <link>        the owner's sign-in link, as scripts/create_owner.sh prints it; it is used up
  --api <address>      the API's own host; api.<host of the address> where it is not given; "none" where there is none
  --ca <file>          believe this certificate too
  --insecure           believe any certificate
  --question <text>    what is asked, instead of a sum that needs a tool`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    compose: { type: 'boolean' },
    namespace: { type: 'string' },
    link: { type: 'string' },
    api: { type: 'string' },
    ca: { type: 'string' },
    insecure: { type: 'boolean' },
    question: { type: 'string', default: 'What is 17% of 2,340? Use the calculator.' },
    help: { type: 'boolean', short: 'h' },
  },
})

if (values.help) console.log(HELP)
else await verify()

async function verify(): Promise<void> {
  const base = new URL(positionals[0] ?? 'https://localhost')
  const api = apiHost(base)
  const ca = values.ca === undefined ? null : readFileSync(values.ca, 'utf8')
  const web = createWeb({ ca, insecure: values.insecure === true })
  const where = whereItRuns()
  const report = new Report()

  console.log(`Verifying ${base.origin} …\n`)
  await checkEdge(report, { web, base, api })
  if (where !== null) await checkInside(report, where)
  const link = values.link ?? (await linkFrom(report, where))
  if (link === null) report.leaveOut('Conversation', 'give --link, --compose or --namespace')
  else await checkConversation(report, { web, base, link, question: values.question })

  console.log(report.lastLine())
  process.exitCode = report.failed === 0 ? 0 : 1
}

/** An address that is a number has no hosts under it. */
function apiHost(base: URL): URL | null {
  if (values.api === 'none' || (values.api === undefined && isIP(base.hostname.replaceAll(/[[\]]/g, '')) > 0))
    return null
  return new URL(values.api ?? `${base.protocol}//api.${base.host}`)
}

function whereItRuns(): Where | null {
  if (values.compose) return composeWhere()
  return values.namespace === undefined ? null : kubernetesWhere(values.namespace)
}

async function linkFrom(report: Report, where: Where | null): Promise<string | null> {
  if (where === null) return null
  let link: string | null = null
  await report.check('Owner link', async () => {
    const output = await where.runInOrchestrator(['node', 'scripts/create_owner.ts'])
    link = output.trim().split('\n').at(-1) ?? null
    return 'made by create_owner'
  })
  return link
}
