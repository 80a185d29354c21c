import { randomUUID } from 'node:crypto'
import type { AuditEntry, AuditPage } from '@ai-assistant/contract'
import { expect, inject, test } from 'vitest'
import { anotherPerson } from './support/another-person.ts'
import { makeKey } from './support/credentials.ts'
import { startApp } from './support/start-app.ts'

test('what a person deletes is in the log, sealed soon, listed, filtered and exported, and the export is in it as well', async () => {
  const { client } = await startApp()
  const { started } = await client.ask('Hello')
  await client.request('DELETE', `/api/conversations/${started.conversationId}`)
  const { key } = await makeKey(client, ['read'])
  await client.request('DELETE', `/api/keys/${key.id}`)
  const keys = await client.json<AuditPage>('GET', `/api/audit?object=${key.id}`)
  expect(keys.items.map((entry) => entry.action)).toEqual(['key.revoked', 'key.made'])
  // What is not there is not deleted.
  await client.request('DELETE', `/api/conversations/${randomUUID()}`)
  const page = await client.json<AuditPage>('GET', '/api/audit?action=conversation')
  expect(page.items).toHaveLength(1)
  expect(page.items[0]).toMatchObject({
    action: 'conversation.deleted',
    actor: { kind: 'person', name: 'Owner' },
    object: { type: 'conversation', id: started.conversationId },
    address: '127.0.0.1',
  })
  expect(JSON.stringify(page)).not.toContain('Hello')
  const sealed = async () => (await client.json<AuditPage>('GET', '/api/audit?action=conversation')).items[0]?.seal
  await expect.poll(sealed, { timeout: 15_000, interval: 250 }).toMatchObject({ position: expect.any(Number) })
  const response = await client.request('GET', '/api/audit/export')
  expect(response.headers.get('content-disposition')).toContain('audit.jsonl')
  const lines = (await response.text()).trim().split('\n')
  const entries = lines.map((line) => JSON.parse(line) as AuditEntry)
  expect(entries.map((entry) => entry.action)).toEqual(
    expect.arrayContaining(['audit.exported', 'conversation.deleted']),
  )
  expect((await client.problem('GET', '/api/audit?cursor=x')).code).toBe('invalid_request')
  expect((await client.problem('GET', '/api/audit?action=%25')).code).toBe('invalid_request')
})

test.skipIf(inject('postgresUrl') === null)('members do not read it, and nobody writes to it by the API', async () => {
  const app = await startApp()
  const { client } = await anotherPerson(app)
  expect(await client.problem('GET', '/api/audit')).toMatchObject({ status: 403 })
  expect(await client.problem('GET', '/api/audit/export')).toMatchObject({ status: 403 })
  expect(await app.client.problem('DELETE', '/api/audit')).toMatchObject({ status: 405 })
})
