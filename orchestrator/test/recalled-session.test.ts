import { randomUUID } from 'node:crypto'
import { describe, expect, inject, test } from 'vitest'
import { anotherPerson } from './support/another-person.ts'
import { startApp } from './support/start-app.ts'

const parts = [{ type: 'text', text: 'Hello' }]

/** What ends a session where this server, which remembers it, hears nothing of it. */
const ends = {
  'ended elsewhere': 'delete from session where user_id = $1',
  expired: `update session set expires_at = now() - interval '1 second' where user_id = $1`,
  'its person suspended': `update app_user set status = 'suspended' where id = $1`,
}

// The embedded database belongs to one process.
describe.skipIf(inject('postgresUrl') === null)('a session that this server has just seen', () => {
  test.each(Object.entries(ends))('accepts no question any more: %s', async (_, end) => {
    const app = await startApp()
    const { id, client, database } = await anotherPerson(app)
    const { started } = await client.ask('Hello')
    const { conversationId, version } = started
    await client.send({ parts }, { 'idempotency-key': randomUUID() })
    await database.asSystem((tx) => tx.sql(end, [id]))
    const key = { 'idempotency-key': randomUUID() }
    const refused = [
      await client.problem('POST', '/api/chat', { parts }, key),
      await client.problem('POST', '/api/chat', { parts }),
      await client.problem('POST', '/api/chat', { parts, conversationId, version }, key),
      await client.problem('POST', '/api/chat', { conversationId, trigger: 'regenerate-message' }, key),
    ]
    for (const problem of refused) expect(problem).toMatchObject({ status: 401, code: 'unauthenticated' })
    const count = 'select count(*)::int as runs from run where owner_id = $1'
    expect(await database.asSystem((tx) => tx.sql(count, [id]))).toEqual([{ runs: 2 }])
  })

  test('one that came back is let in again', async () => {
    const app = await startApp()
    const { id, client, database } = await anotherPerson(app)
    await client.ask('Hello')
    const set = (status: string) =>
      database.asSystem((tx) => tx.sql('update app_user set status = $2 where id = $1', [id, status]))
    await set('suspended')
    expect((await client.problem('POST', '/api/chat', { parts })).status).toBe(401)
    await set('active')
    expect((await client.send({ parts })).runId).toBeTruthy()
  })
})
