import { randomUUID } from 'node:crypto'
import { expect, inject, onTestFinished, test } from 'vitest'
import { migratedDatabase } from '../../../../tests/system/src/test-database.ts'
import { openDatabase } from '../open-database.ts'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }

/** The same server, by a name for each way to it. */
const named = (url: string, name: string): string =>
  Object.assign(new URL(url), { search: `?application_name=${name}` }).href

const WHERE = `select current_setting('application_name') as way, current_setting('statement_timeout') as patience,
  current_setting('idle_in_transaction_session_timeout') as pause`

test.skipIf(inject('postgresUrl') === null)(
  'requests go through the pooler and bring their settings with them; what needs a connection of its own goes past it',
  async () => {
    const settings = await migratedDatabase()
    if (settings.kind !== 'postgres') throw new Error('not on a server')
    const ways = { url: named(settings.url, 'direct'), poolerUrl: named(settings.url, 'pooler') }
    const database = await openDatabase({ kind: 'postgres', ...ways, poolSize: 1, maxOverflow: 0 }, { log })
    onTestFinished(() => database.close())
    const request = { way: 'pooler', patience: '15s', pause: '10s' }
    expect(await database.asSystem((tx) => tx.sql(WHERE))).toEqual([request])
    expect(await database.asPerson(randomUUID(), (tx) => tx.sql(WHERE))).toEqual([request])
    expect(await database.readAsSystem({ text: WHERE, values: [], name: 'where' })).toEqual([request])
    await database.check()
    await database.administer(async (client) => {
      const { rows } = await client.query(WHERE)
      expect(rows).toEqual([{ way: 'direct', patience: '0', pause: '0' }])
    })
    const session = database.openSession()
    const { rows } = await session.query<{ way: string }>({ text: WHERE, values: [] })
    expect(rows[0]?.way).toBe('direct')
    await session.close()
  },
)
