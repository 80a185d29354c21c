import { migrate, migrationStatus } from '../orchestrator/src/storage/migrate.ts'
import { configuredDatabase, runScript, terminalLog, withDatabase } from './configured-database.ts'

const HELP = `Usage: node scripts/in-runtime.mjs scripts/migrate.ts [status | up]

  status  lists the migrations and whether each has run (the default); ends with 1 while any is pending
  up      runs those that are pending; safe to call from several machines at once

The database is the one that DATABASE_URL names, in the environment or in .env; without it, the embedded one in DATA_DIR.`

await runScript(async () => {
  const [command = 'status', ...rest] = process.argv.slice(2)
  if (command === '--help' || command === '-h') return console.log(HELP)
  if (rest.length > 0 || (command !== 'status' && command !== 'up')) {
    console.error(HELP)
    process.exitCode = 2
    return
  }
  await (command === 'up' ? up() : status())
})

async function up(): Promise<void> {
  const done = await withDatabase(configuredDatabase(), (database) => migrate(database, { log: terminalLog }))
  console.log(done.length === 0 ? 'Nothing to do: the database is up to date' : `Ran ${done.join(', ')}`)
}

async function status(): Promise<void> {
  const migrations = await withDatabase(configuredDatabase(), (database) => migrationStatus(database))
  for (const { version, name, state, appliedAt } of migrations) {
    console.log(`${String(version).padStart(4, '0')}  ${state.padEnd(7)}  ${name}  ${appliedAt?.toISOString() ?? ''}`)
  }
  if (migrations.some(({ state }) => state === 'pending')) process.exitCode = 1
}
