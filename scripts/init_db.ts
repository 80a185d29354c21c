import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate } from '../orchestrator/src/storage/migrate.ts'
import { createDatabase } from '../orchestrator/src/storage/postgres/create-database.ts'
import { configuredDatabase, runScript, terminalLog, withDatabase } from './configured-database.ts'

const HELP = `Usage: node scripts/in-runtime.mjs scripts/init_db.ts

Makes the database ready for the orchestrator: creates it if it is missing, installs extensions and roles (scripts/init.sql)
and runs the migrations. May be run again at any time; data is never touched.

The database is the one that DATABASE_URL names, in the environment or in .env; without it, the embedded one in DATA_DIR.`

await runScript(async () => {
  const [argument] = process.argv.slice(2)
  if (argument === '--help' || argument === '-h') return console.log(HELP)
  if (argument !== undefined) {
    console.error(HELP)
    process.exitCode = 2
    return
  }
  await initialize()
})

async function initialize(): Promise<void> {
  const settings = configuredDatabase()
  if (settings.kind === 'postgres' && (await createDatabase(settings.url))) console.log('Created the database')
  const sql = await readFile(join(import.meta.dirname, 'init.sql'), 'utf8')
  await withDatabase(settings, async (database) => {
    await database.administer((client) => client.query(sql))
    const done = await migrate(database, { log: terminalLog })
    console.log(done.length === 0 ? 'The database is ready' : `The database is ready: ran ${done.join(', ')}`)
  })
}
