import { newId } from '../orchestrator/src/lib/new-id.ts'
import { openSecrets } from '../orchestrator/src/secrets/open-secrets.ts'
import { createSignInCodes } from '../orchestrator/src/users/sign-in-codes.ts'
import { configuration, runScript, withDatabase } from './configured-database.ts'

const HELP = `Usage: node scripts/create_owner.ts

Prints a link that signs its holder in as the owner; it makes the owner where there is none yet. The link works once and
expires after 15 minutes; one that was printed before ends with it.

Database and keys are those of the environment, or of .env. Where the orchestrator runs in a container, run this in it:
  docker compose exec orchestrator node scripts/create_owner.ts
  kubectl exec deployment/orchestrator -n ai-assistant -- node scripts/create_owner.ts`

await runScript(async () => {
  const [argument] = process.argv.slice(2)
  if (argument === '--help' || argument === '-h') return console.log(HELP)
  if (argument !== undefined) {
    console.error(HELP)
    process.exitCode = 2
    return
  }
  await printLink()
})

async function printLink(): Promise<void> {
  const { database: settings, secrets, dataDir, people, http } = configuration()
  const keys = await openSecrets({ secretKey: secrets.secretKey, previous: secrets.secretKeyPrevious, dataDir })
  const code = await withDatabase(settings, (database) =>
    createSignInCodes({ database, secrets: keys, newId, ownerEmail: people.ownerEmail }).forOwner(),
  )
  console.log(`${http.publicUrl}/#${code}`)
}
