import { onTestFinished } from 'vitest'
import { newId } from '../../src/lib/new-id.ts'
import { openSecrets } from '../../src/secrets/open-secrets.ts'
import type { Database } from '../../src/storage/database.ts'
import { openDatabase } from '../../src/storage/open-database.ts'
import { createSessions } from '../../src/users/sessions.ts'
import { type ApiClient, createApiClient } from './api-client.ts'
import { SECRET_KEY, type TestApp } from './start-app.ts'

export interface AnotherPerson {
  id: string
  /** Signed in as this person, a member. */
  client: ApiClient
  /** The same database, beside the app. */
  database: Database
}

/** Makes another person beside the owner, straight in the database. Needs one that two may open. */
export async function anotherPerson(app: TestApp): Promise<AnotherPerson> {
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
  const database = await openDatabase(app.database, { log })
  onTestFinished(() => database.close())
  const id = newId()
  await database.asSystem((tx) =>
    tx.sql(`insert into app_user (id, name, email, role) values ($1, 'Bob', null, 'member')`, [id]),
  )
  const secrets = await openSecrets({ secretKey: SECRET_KEY, previous: null, dataDir: '' })
  const session = await createSessions(database, secrets).begin(id, {
    userAgent: '',
    address: '',
    requestId: '',
    means: 'link',
  })
  return { id, client: createApiClient(app.url, `session=${session}`), database }
}
