import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { testDatabase } from '../../../tests/system/src/test-database.ts'
import { DatabaseFull, DatabaseUnavailable } from './errors.ts'
import { migrate } from './migrate.ts'
import { openDatabase } from './open-database.ts'
import type { OpenedDatabase } from './pooled-database.ts'
import { queries } from './queries.ts'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
const [ann, bob] = [randomUUID(), randomUUID()]
let db: OpenedDatabase

beforeAll(async () => {
  db = await openDatabase(await testDatabase(), { log })
  await migrate(db, { log })
  await db.asSystem(async (tx) => {
    for (const id of [ann, bob]) await tx.run(queries.insertInto('app_user').values({ id, name: id, role: 'member' }))
  })
})
afterAll(() => db.close())

function insertConversation(ownerId: string, id: string) {
  return queries.insertInto('conversation').values({ id, owner_id: ownerId, title: 'a' })
}

function exists(id: string): Promise<boolean> {
  return db.asSystem(
    async (tx) =>
      (await tx.first(queries.selectFrom('conversation').select('id').where('id', '=', id)))?.id !== undefined,
  )
}

test('a transaction stands when its work returns, and is undone when it throws', async () => {
  const [kept, undone] = [randomUUID(), randomUUID()]
  expect(await db.asPerson(ann, async (tx) => tx.run(insertConversation(ann, kept)))).toBe(1)
  const failure = new Error('mine')
  const work = db.asPerson(ann, async (tx) => {
    await tx.run(insertConversation(ann, undone))
    throw failure
  })
  await expect(work).rejects.toBe(failure)
  expect([await exists(kept), await exists(undone)]).toEqual([true, false])
})

test('a person sees and touches their own rows and no others', async () => {
  const id = randomUUID()
  await db.asPerson(ann, (tx) => tx.run(insertConversation(ann, id)))
  const seenBy = (person: string) =>
    db.asPerson(person, (tx) => tx.all(queries.selectFrom('conversation').select('id').where('id', '=', id)))
  expect(await seenBy(ann)).toEqual([{ id }])
  expect(await seenBy(bob)).toEqual([])
  await db.asPerson(bob, async (tx) => {
    expect(await tx.run(queries.updateTable('conversation').set({ title: 'b' }).where('id', '=', id))).toBe(0)
    expect(await tx.run(queries.deleteFrom('conversation').where('id', '=', id))).toBe(0)
  })
  await expect(db.asPerson(bob, (tx) => tx.run(insertConversation(ann, randomUUID())))).rejects.toMatchObject({
    code: '42501',
  })
  expect(await exists(id)).toBe(true)
})

test('neither role can bypass row-level security, log in or own a table, and every table of a person is bound', async () => {
  const roles = await db.asSystem((tx) =>
    tx.sql(`select rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole,
        exists (select from pg_class c where c.relowner = r.oid) as owns
      from pg_roles r where rolname like 'ai\\_assistant\\_%' order by 1`),
  )
  const harmless = { rolsuper: false, rolbypassrls: false, rolcanlogin: false, rolcreaterole: false, owns: false }
  expect(roles).toEqual([
    { rolname: 'ai_assistant_app', ...harmless },
    { rolname: 'ai_assistant_system', ...harmless },
  ])
  const open = await db.asSystem((tx) =>
    tx.sql(`select distinct c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
      where a.attname in ('owner_id', 'user_id') and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
        and has_table_privilege('ai_assistant_app', c.oid, 'select')
        and not (c.relrowsecurity and c.relforcerowsecurity)`),
  )
  expect(open).toEqual([])
  const who = 'select current_user as role, app_person() as person'
  expect(await db.asPerson(ann, (tx) => tx.sql(who))).toEqual([{ role: 'ai_assistant_app', person: ann }])
  expect(await db.asSystem((tx) => tx.sql(who))).toEqual([{ role: 'ai_assistant_system', person: null }])
})

test('a person who is not a UUID reaches no SQL', async () => {
  await expect(db.asPerson(`${ann}'; reset role; --`, async () => 1)).rejects.toThrow(TypeError)
})

test('a transaction inside another fails at once and by name, and one after it does not', async () => {
  const nested = db.asSystem(() => db.asPerson(ann, async () => 1))
  await expect(nested).rejects.toThrow('inside the work of another')
  let later: Promise<number> | undefined
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  await db.asSystem(async () => {
    later = ended.then(() => db.asSystem(async () => 2))
  })
  end()
  expect(await later).toBe(2)
})

test('a transaction whose statement failed unnoticed is not reported as committed', async () => {
  const id = randomUUID()
  const work = db.asPerson(ann, async (tx) => {
    await tx.run(insertConversation(ann, id))
    await tx.sql('select 1 / 0').catch(() => undefined)
  })
  await expect(work).rejects.toThrow('rolled back')
  expect(await exists(id)).toBe(false)
})

test('a statement that nobody waits for stands with the commit, or fails it with its own error', async () => {
  const [kept, undone] = [randomUUID(), randomUUID()]
  await db.asPerson(ann, async (tx) => tx.send(insertConversation(ann, kept)))
  const twice = db.asPerson(ann, async (tx) => {
    tx.send(insertConversation(ann, undone))
    tx.send(insertConversation(ann, kept))
    tx.send({ text: 'select $1::int', values: [1], name: 'one' })
  })
  await expect(twice).rejects.toMatchObject({ code: '23505' })
  expect([await exists(kept), await exists(undone)]).toEqual([true, false])
})

test('what fails behind a statement that nobody waits for fails with the error of that one', async () => {
  const work = db.asSystem(async (tx) => {
    tx.send({ text: 'select 1 / $1::int', values: [0], name: 'by_zero' })
    await tx.sql('select 1 as one')
  })
  await expect(work).rejects.toMatchObject({ code: '22012' })
})

test('a transaction that has ended takes no more statements', async () => {
  const leaked = await db.asSystem(async (tx) => tx)
  await expect(leaked.sql('select 1')).rejects.toThrow('has ended')
})

test('statements started together run one after another', async () => {
  const answers = await db.asSystem((tx) =>
    Promise.all([1, 2, 3].map((n) => tx.sql<{ n: number }>('select $1::int as n', [n], 'one_number'))),
  )
  expect(answers.flat()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
})

const raise = (code: string) => `do $$ begin raise exception 'told to' using errcode = '${code}'; end $$`

test.each(['40001', '40P01'])('work that others made fail (%s) runs again, three times and no more', async (code) => {
  let runs = 0
  const passes = db.asSystem(async (tx) => {
    if (++runs < 4) await tx.sql(raise(code))
    return runs
  })
  expect(await passes).toBe(4)
  runs = 0
  const never = db.asSystem(async (tx) => {
    runs++
    await tx.sql(raise(code))
  })
  await expect(never).rejects.toMatchObject({ code })
  expect(runs).toBe(4)
})

test.each([
  ['53100', DatabaseFull],
  ['57014', DatabaseUnavailable],
  ['55P03', DatabaseUnavailable],
  ['25006', DatabaseUnavailable],
] as const)('%s is told as what callers can act on', async (code, type) => {
  await expect(db.asSystem((tx) => tx.sql(raise(code)))).rejects.toBeInstanceOf(type)
  expect(await db.asSystem((tx) => tx.sql('select 1 as one'))).toEqual([{ one: 1 }])
})

test('a session commits each statement by itself, with generic plans, and leaves nothing of that to transactions', async () => {
  const session = db.openSession()
  const settings = `select current_setting('plan_cache_mode') as plans, current_setting('enable_seqscan') as scans,
    current_setting('enable_hashjoin') as hashes, current_user as role`
  const id = randomUUID()
  const insert = {
    name: 'session_insert',
    text: 'insert into conversation (id, owner_id) values ($1, $2) on conflict do nothing',
  }
  expect((await session.query({ ...insert, values: [id, ann] })).rowCount).toBe(1)
  expect((await session.query({ ...insert, values: [id, ann] })).rowCount).toBe(0)
  expect(await exists(id)).toBe(true)
  await expect(session.query({ text: 'select 1 / 0', values: [] })).rejects.toMatchObject({ code: '22012' })
  const forced = { plans: 'force_generic_plan', scans: 'off', hashes: 'off', role: 'ai_assistant_system' }
  expect((await session.query({ text: settings, values: [] })).rows).toEqual([forced])
  expect(await db.asSystem((tx) => tx.sql(settings))).toEqual([{ ...forced, plans: 'auto', scans: 'on', hashes: 'on' }])
  expect((await session.query({ text: settings, values: [] })).rows).toEqual([forced])
  await session.close()
  await expect(session.query({ text: settings, values: [] })).rejects.toBeInstanceOf(DatabaseUnavailable)
})

test('a session and transactions work side by side', async () => {
  const session = db.openSession()
  const ids = Array.from({ length: 40 }, () => randomUUID())
  const text = 'insert into conversation (id, owner_id) values ($1, $2)'
  await Promise.all(
    ids.map(async (id, index) => {
      if (index % 2 === 0) await session.query({ name: 'side', text, values: [id, bob] })
      else await db.asPerson(bob, (tx) => tx.sql(text, [id, bob], 'side'))
    }),
  )
  const found = await db.asPerson(bob, (tx) =>
    tx.all(queries.selectFrom('conversation').select('id').where('id', 'in', ids)),
  )
  expect(found).toHaveLength(40)
  await session.close()
})

test('values arrive as numbers, dates and texts that lose nothing', async () => {
  const [row] = await db.asSystem((tx) =>
    tx.sql(`select 9007199254740991::bigint as big, count(*) as count, date '2024-02-29' as day,
      timestamptz '2024-02-29 12:00:00.123+00' as moment, '{"a":[1]}'::jsonb as json, '\\x00ff'::bytea as bytes`),
  )
  expect(row).toEqual({
    big: 9007199254740991,
    count: 1,
    day: '2024-02-29',
    moment: new Date('2024-02-29T12:00:00.123Z'),
    json: { a: [1] },
    bytes: Buffer.from([0, 255]),
  })
})

test('a large answer and a large value pass', async () => {
  const text = 'ü🙂'.repeat(500_000)
  const rows = await db.asSystem((tx) => tx.sql('select $1::text as t from generate_series(1, 4)', [text]))
  expect(rows).toHaveLength(4)
  expect(rows[3]?.t === text).toBe(true)
})

test('a query that was built runs nowhere but in a transaction', async () => {
  await expect(queries.selectFrom('conversation').select('id').execute()).rejects.toThrow('tx.all(query)')
})

test.skipIf(inject('postgresUrl') === null)(
  'a transaction that a vanished host left open lets go of its rows, an operator’s may take its time',
  async () => {
    const ask = `select current_setting('statement_timeout') as most, current_setting('idle_in_transaction_session_timeout') as idle`
    expect(await db.asSystem((tx) => tx.sql(ask))).toEqual([{ most: '15s', idle: '10s' }])
    expect(await db.administer(async (client) => (await client.query(ask)).rows)).toEqual([{ most: '0', idle: '0' }])
  },
)

test('a writable database passes the check', async () => {
  await db.check()
  expect(db.stats().open).toBeGreaterThan(0)
})
