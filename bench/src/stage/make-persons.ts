import { randomBytes, randomUUID } from 'node:crypto'
import pg from 'pg'
import { openSecrets } from '../../../orchestrator/src/secrets/open-secrets.ts'

export interface Person {
  id: string
  cookie: string
}

/** People with a session each, made as signing in makes it. */
export async function makePersons(databaseUrl: string, secretKey: string, count: number): Promise<Person[]> {
  const secrets = await openSecrets({ secretKey, previous: null, dataDir: '' })
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const persons: Person[] = []
    for (let at = 1; at <= count; at++) {
      const id = randomUUID()
      const token = randomBytes(32).toString('base64url')
      await client.query(`insert into app_user (id, name, role) values ($1, $2, 'member')`, [id, `Person ${at}`])
      await client.query(
        `insert into session (id_hash, user_id, expires_at) values ($1, $2, now() + interval '1 day')`,
        [secrets.hash('session', token), id],
      )
      persons.push({ id, cookie: `session=${token}` })
    }
    return persons
  } finally {
    await client.end()
  }
}
