import { randomBytes, randomUUID } from 'node:crypto'
import { openSecrets } from '../../../../orchestrator/src/secrets/open-secrets.ts'
import { withDatabase } from '../cluster/ask-database.ts'
import type { Cluster } from '../cluster/start-cluster.ts'

export interface Person {
  id: string
  name: string
  cookie: string
}

/** Makes people who are signed in already, each with a session as signing in would make it. */
export async function makePersons(cluster: Cluster, names: readonly string[]): Promise<Person[]> {
  const secrets = await openSecrets({ secretKey: cluster.secretKey, previous: null, dataDir: '' })
  return withDatabase(cluster.databaseUrl, async (client) => {
    const persons: Person[] = []
    for (const name of names) {
      const id = randomUUID()
      const token = randomBytes(32).toString('base64url')
      await client.query(`insert into app_user (id, name, role) values ($1, $2, 'member')`, [id, name])
      await client.query(
        `insert into session (id_hash, user_id, expires_at) values ($1, $2, now() + interval '1 day')`,
        [secrets.hash('session', token), id],
      )
      persons.push({ id, name, cookie: `session=${token}` })
    }
    return persons
  })
}
