import type { AuditAction } from '@ai-assistant/contract'
import { pino } from 'pino'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { migratedDatabase } from '../../../tests/system/src/test-database.ts'
import { newId } from '../lib/new-id.ts'
import { openDatabase } from '../storage/open-database.ts'
import type { OpenedDatabase } from '../storage/pooled-database.ts'
import { exportAudit, readAudit } from './read-audit.ts'
import { recordAudit } from './record-audit.ts'
import { sealAudit } from './seal-audit.ts'
import { verifyAudit } from './verify-audit.ts'

let database: OpenedDatabase
const person = newId()

beforeEach(async () => {
  database = await openDatabase(await migratedDatabase(), { log: pino({ level: 'silent' }) })
  onTestFinished(() => database.close())
})

async function write(count: number, action: AuditAction = 'sign-in.succeeded'): Promise<void> {
  await database.asSystem(async (tx) => {
    for (let n = 1; n <= count; n++) {
      await recordAudit(tx, { actor: { kind: 'person', id: person }, action, details: { n } })
    }
  })
}

/** As somebody would who owns the tables and knows of the trigger. */
async function tamper(statement: string): Promise<void> {
  await database.administer(async (client) => {
    await client.query('alter table audit_entry no force row level security')
    await client.query('alter table audit_entry disable trigger audit_entry_kept')
    await client.query(statement)
    await client.query('alter table audit_entry enable trigger audit_entry_kept')
    await client.query('alter table audit_entry force row level security')
  })
}

test('what was written is sealed into one chain, in batches and by whoever comes first', async () => {
  await write(3)
  const first = await sealAudit(database)
  expect(first?.position).toBe(3)
  await write(600)
  await Promise.all([sealAudit(database), sealAudit(database), sealAudit(database)])
  await sealAudit(database)
  expect(await sealAudit(database)).toBeNull()
  const verdict = await verifyAudit(database, first)
  expect(verdict).toMatchObject({ sealed: 603, unsealed: 0, broken: null })
  await write(1)
  expect(await verifyAudit(database)).toMatchObject({ sealed: 603, unsealed: 1, broken: null })
})

test.each([
  ['changed', `update audit_entry set details = '{"n": 99}' where position = 4`, 4, 'changed'],
  ['made another person’s', `update audit_entry set actor_id = gen_random_uuid() where position = 1`, 1, 'changed'],
  ['moved in time', `update audit_entry set at = at - interval '1 microsecond' where position = 4`, 4, 'changed'],
  ['removed', `delete from audit_entry where position = 5`, 5, 'missing'],
  [
    'swapped with another',
    `update audit_entry set position = case position when 2 then -1 else 2 end where position in (2, 3);
     update audit_entry set position = 3 where position = -1`,
    2,
    'changed',
  ],
])('an entry that was %s is named, and the first one of several', async (_, statement, position, why) => {
  await write(8)
  await sealAudit(database)
  await tamper(statement)
  await tamper(`update audit_entry set action = 'key.made' where position = 8`)
  const { broken } = await verifyAudit(database)
  expect(broken).toMatchObject({ position })
  expect(broken?.why).toContain(why)
})

test('a chain that was cut off or written anew shows against the end that somebody kept', async () => {
  await write(8)
  const head = await sealAudit(database)
  await tamper('delete from audit_entry where position > 6')
  expect((await verifyAudit(database)).broken).toBeNull()
  expect((await verifyAudit(database, head)).broken).toMatchObject({ position: 7 })
  await tamper(`update audit_entry set position = null, hash = null, action = 'key.made'`)
  await write(2)
  await sealAudit(database)
  expect((await verifyAudit(database)).broken).toBeNull()
  expect((await verifyAudit(database, head)).broken?.why).toContain('written anew')
})

test('no role of the application changes or removes an entry, nor its owner by mistake', async () => {
  await write(2)
  await sealAudit(database)
  for (const statement of [
    `update audit_entry set action = 'key.made'`,
    'update audit_entry set position = null, hash = null',
    'delete from audit_entry',
    'truncate audit_entry',
  ]) {
    const refused = { message: expect.stringMatching(/permission denied|only ever added to/) }
    await expect(
      database.asSystem((tx) => tx.sql(statement)),
      statement,
    ).rejects.toMatchObject(refused)
    await expect(
      database.asPerson(person, (tx) => tx.sql(statement)),
      statement,
    ).rejects.toMatchObject(refused)
    if (!statement.startsWith('truncate')) continue
    await expect(
      database.administer((client) => client.query(statement)),
      statement,
    ).rejects.toMatchObject(refused)
  }
  const sealed = await database.asSystem((tx) => tx.sql<{ id: string }>('select id from audit_entry'))
  const again = database.asSystem((tx) =>
    tx.sql('select seal_audit($1::uuid[], $2::bytea[])', [[sealed[0]?.id], [Buffer.alloc(32)]]),
  )
  await expect(again).rejects.toThrow('only ever added to')
  expect((await verifyAudit(database)).broken).toBeNull()
})

test('a person’s transaction writes as that person, reads nothing, and leaves nothing when it fails', async () => {
  const record = (id: string) => (tx: Parameters<typeof recordAudit>[0]) =>
    recordAudit(tx, { actor: { kind: 'person', id }, action: 'conversation.deleted' })
  await database.asPerson(person, record(person))
  await expect(database.asPerson(person, record(newId()))).rejects.toThrow('row-level security')
  await expect(database.asPerson(person, (tx) => tx.sql('select id from audit_entry'))).rejects.toThrow(
    'permission denied',
  )
  const failing = database.asPerson(person, async (tx) => {
    await record(person)(tx)
    throw new Error('changed its mind')
  })
  await expect(failing).rejects.toThrow('changed its mind')
  expect((await readAudit(database, { limit: 10 })).items).toHaveLength(1)
})

test('the log is read by action, actor, object and time, page by page and without a gap', async () => {
  await write(7)
  await write(3, 'sign-in.failed')
  await write(2, 'key.made')
  await database.asSystem((tx) =>
    recordAudit(tx, { actor: { kind: 'operator' }, action: 'key.revoked', object: { type: 'key', id: 'k-1' } }),
  )
  const count = async (filter: Partial<Parameters<typeof readAudit>[1]>): Promise<number> =>
    (await readAudit(database, { limit: 100, ...filter })).items.length
  expect(await count({})).toBe(13)
  expect(await count({ action: 'sign-in' })).toBe(10)
  expect(await count({ action: 'sign-in.failed' })).toBe(3)
  expect(await count({ actor: person })).toBe(12)
  expect(await count({ object: 'k-1' })).toBe(1)
  expect(await count({ since: new Date(Date.now() + 60_000).toISOString() })).toBe(0)
  expect(await count({ until: new Date(Date.now() - 60_000).toISOString() })).toBe(0)
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await readAudit(database, { limit: 4, cursor })
    seen.push(...page.items.map((item) => item.id))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  expect(new Set(seen).size).toBe(13)
  expect(seen).toEqual([...seen].sort().reverse())
  let exported = 0
  for await (const entry of exportAudit(database, { action: 'key' }))
    exported += entry.action.startsWith('key.') ? 1 : 0
  expect(exported).toBe(3)
})

test('a page is read from an index, whatever it is filtered by', async () => {
  await database.administer(async (client) => {
    await client.query('alter table audit_entry no force row level security')
    await client.query(`
      insert into audit_entry (id, actor, actor_id, action, object_type, object_id, details)
      select gen_random_uuid(), 'person', gen_random_uuid(), 'key.made', 'key', n::text, '{}' from generate_series(1, 5000) n`)
    await client.query('alter table audit_entry force row level security')
    await client.query('analyze audit_entry')
  })
  const filters = [{}, { action: 'sign-in' }, { action: 'sign-in.failed' }, { actor: person }, { object: 'x' }]
  for (const filter of filters) {
    const plans: string[] = []
    const explaining = {
      ...database,
      asSystem: (work: Parameters<typeof database.asSystem>[0]) =>
        database.asSystem((tx) =>
          work({
            ...tx,
            sql: async (text, values = []) => {
              const rows = await tx.sql<{ 'QUERY PLAN': string }>(`explain ${text}`, values)
              plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
              return tx.sql(text, values)
            },
          }),
        ),
    } as OpenedDatabase
    await readAudit(explaining, { ...filter, limit: 50 })
    expect(plans[0]).not.toContain('Seq Scan on audit_entry')
  }
})
