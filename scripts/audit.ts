import { parseArgs } from 'node:util'
import { type AuditEntry, exportAuditSchema } from '@ai-assistant/contract'
import { exportAudit, readAudit } from '../orchestrator/src/audit/read-audit.ts'
import { recordAudit } from '../orchestrator/src/audit/record-audit.ts'
import { type ChainHead, sealAudit } from '../orchestrator/src/audit/seal-audit.ts'
import { verifyAudit } from '../orchestrator/src/audit/verify-audit.ts'
import { configuredDatabase, runScript, withDatabase } from './configured-database.ts'

const HELP = `Usage: npm run audit -- [verify | list | export] [options]

  verify  computes the chain of hashes anew and names the first entry that does not fit; ends with 1 if there is one
  list    shows the newest entries, one a line
  export  writes every entry as JSON, one a line, newest first; the export is itself an entry

  --head POSITION:HASH   for verify: the end of the chain as it was once, from the orchestrator's log or an earlier verify
  --action A             an action such as key.revoked, or the first part of some, such as key
  --actor ID             the person who did it        --object ID   what it was done to
  --since T, --until T   times such as 2026-11-24T00:00:00Z
  --limit N              for list: how many (50)

The database is the one that DATABASE_URL names, in the environment or in .env; without it, the embedded one in DATA_DIR,
which a running server has to itself: stop it first, or export from the page.`

class Usage extends Error {}

await runScript(async () => {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof Usage)) throw error
    console.error(`${error.message}\n\n${HELP}`)
    process.exitCode = 2
  }
})

async function main(): Promise<void> {
  const { values, positionals } = readArguments()
  const [command = 'verify', ...rest] = positionals
  if (values.help === true) return console.log(HELP)
  if (rest.length > 0) throw new Usage(`One command at a time, not also ${rest.join(' ')}`)
  const parsed = exportAuditSchema.safeParse({
    action: values.action,
    actor: values.actor,
    object: values.object,
    since: values.since,
    until: values.until,
  })
  if (!parsed.success)
    throw new Usage(parsed.error.issues.map((issue) => `--${issue.path.join('.')}: ${issue.message}`).join('\n'))
  if (command === 'verify') return verify(readHead(values.head))
  if (command === 'list') return list(parsed.data, readLimit(values.limit))
  if (command === 'export') return write(parsed.data)
  throw new Usage(`There is no command ${command}`)
}

function readArguments() {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        head: text,
        action: text,
        actor: text,
        object: text,
        since: text,
        until: text,
        limit: text,
      },
    })
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error))
  }
}

function readHead(text: string | undefined): ChainHead | null {
  if (text === undefined) return null
  const [, position, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? []
  if (position === undefined || hash === undefined) throw new Usage('--head: write the position, a colon and the hash')
  return { position: Number(position), hash }
}

function readLimit(text = '50'): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Usage('--limit: write a whole number from 1 to 9999')
  return Number(text)
}

async function verify(kept: ChainHead | null): Promise<void> {
  const verdict = await withDatabase(configuredDatabase(), async (database) => {
    await sealAudit(database)
    return verifyAudit(database, kept)
  })
  const { sealed, unsealed, head, broken } = verdict
  if (broken !== null) {
    const which = broken.id === null ? '' : ` (${broken.id})`
    console.log(`BROKEN at entry ${broken.position}${which}: ${broken.why}. The ${sealed} entries before it hold.`)
    process.exitCode = 1
    return
  }
  console.log(`${sealed} entries hold${unsealed === 0 ? '' : `, ${unsealed} are not sealed yet`}`)
  if (head !== null) console.log(`Its end, to be kept elsewhere: --head ${head.position}:${head.hash}`)
}

type Filter = Parameters<typeof exportAudit>[1]

async function list(filter: Filter, limit: number): Promise<void> {
  const { items } = await withDatabase(configuredDatabase(), (database) => readAudit(database, { ...filter, limit }))
  for (const entry of items) console.log(lineOf(entry))
}

function lineOf({ at, actor, action, object, address, details }: AuditEntry): string {
  const who = actor.kind === 'person' ? `${actor.name ?? 'a deleted account'} (${actor.id})` : actor.kind
  const what = object === null ? '' : `  ${object.type} ${object.name ?? object.id}`
  const more = Object.keys(details).length === 0 ? '' : `  ${JSON.stringify(details)}`
  return `${at}  ${who}  ${action}${what}${more}${address === null ? '' : `  from ${address}`}`
}

async function write(filter: Filter): Promise<void> {
  await withDatabase(configuredDatabase(), async (database) => {
    await database.asSystem((tx) => recordAudit(tx, { actor: { kind: 'operator' }, action: 'audit.exported' }))
    for await (const entry of exportAudit(database, filter)) console.log(JSON.stringify(entry))
  })
}
