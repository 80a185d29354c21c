import { randomBytes } from 'node:crypto'
import { recordAudit } from '../orchestrator/src/audit/record-audit.ts'
import { keepOwnKey } from '../orchestrator/src/secrets/keep-own-key.ts'
import { openSecrets } from '../orchestrator/src/secrets/open-secrets.ts'
import { reseal } from '../orchestrator/src/users/reseal.ts'
import { configuration, runScript, withDatabase } from './configured-database.ts'

const HELP = `Usage: npm run rotate-secrets

Changes SECRET_KEY and JWT_SECRET_KEY without logging anybody out.

Run without SECRET_KEY_PREVIOUS, it prints new values and the steps to take. Run with it (step 3), it seals anew, with the
present SECRET_KEY, what the database holds sealed with the one before.

Database and keys are those of the environment, or of .env. It may run beside the servers, and again at any time; an
embedded database is open to one process alone, so stop npm start first.`

await runScript(async () => {
  const [argument] = process.argv.slice(2)
  if (argument === '--help' || argument === '-h') return console.log(HELP)
  if (argument !== undefined) {
    console.error(HELP)
    process.exitCode = 2
    return
  }
  const { secrets } = configuration()
  if (secrets.secretKeyPrevious === null) await printPlan()
  else await sealAnew()
})

async function printPlan(): Promise<void> {
  const { secrets, dataDir } = configuration()
  const [secretKey, jwtKey] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')]
  const before = {
    secretKey: secrets.secretKey ?? (await keepOwnKey(dataDir, 'secret-key')),
    jwtKey: secrets.jwtSecretKey ?? (await keepOwnKey(dataDir, 'jwt-secret-key')),
  }
  console.log(`Four steps. Keep these lines where secrets are kept, and out of logs and chats.

1. Let every server know the new keys before any uses them: set these and restart the servers, one after the other.
   (With a single server, go on with step 2.)

SECRET_KEY=${before.secretKey}
SECRET_KEY_PREVIOUS=${secretKey}
JWT_SECRET_KEY=${before.jwtKey}
JWT_SECRET_KEY_PREVIOUS=${jwtKey}

2. Change over: set these and restart the servers, one after the other. Nobody is logged out.

SECRET_KEY=${secretKey}
SECRET_KEY_PREVIOUS=${before.secretKey}
JWT_SECRET_KEY=${jwtKey}
JWT_SECRET_KEY_PREVIOUS=${before.jwtKey}

3. Run npm run rotate-secrets once more, with the values of step 2: what is stored is sealed anew.

4. After 30 days, when every session and refresh token of the old keys has ended, remove SECRET_KEY_PREVIOUS and
   JWT_SECRET_KEY_PREVIOUS. If the old keys leaked, remove them at once instead: everybody signs in again.`)
}

async function sealAnew(): Promise<void> {
  const { database: settings, secrets, dataDir } = configuration()
  const { secretKey, secretKeyPrevious: previous } = secrets
  const keys = await openSecrets({ secretKey, previous, dataDir })
  const { resealed, unreadable } = await withDatabase(settings, async (database) => {
    const counts = await reseal(database, keys)
    if (counts.resealed > 0) {
      await database.asSystem((tx) =>
        recordAudit(tx, { actor: { kind: 'operator' }, action: 'secret.rotated', details: { ...counts } }),
      )
    }
    return counts
  })
  console.log(`Sealed anew with the present SECRET_KEY: ${resealed}. Nothing that could be read is left under another.`)
  if (unreadable > 0) {
    console.error(
      `Could not be opened with either key: ${unreadable}. Set SECRET_KEY_PREVIOUS to the key they were sealed with and run this again.`,
    )
    process.exitCode = 1
  }
  console.log(
    'Remove SECRET_KEY_PREVIOUS and JWT_SECRET_KEY_PREVIOUS 30 days after the change; new keys: run this without them.',
  )
}
