import { pino } from 'pino'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { testDatabase } from '../../../tests/system/src/test-database.ts'
import { newId } from '../lib/new-id.ts'
import type { Database, Tx } from '../storage/database.ts'
import { migrate } from '../storage/migrate.ts'
import { openDatabase } from '../storage/open-database.ts'
import type { OpenedDatabase } from '../storage/pooled-database.ts'
import { createConversations } from './conversations.ts'
import { createMessages } from './messages.ts'
import { branchStatement } from './read-branch.ts'

let database: OpenedDatabase
const person = newId()
const log = pino({ level: 'silent' })

beforeAll(async () => {
  database = await openDatabase(await testDatabase(), { log })
  await migrate(database, { log })
  await database.administer(async (client) => {
    await client.query(
      `insert into app_user (id, name, role) values ('${person}', 'One', 'owner'), (gen_random_uuid(), 'Two', 'member')`,
    )
    await client.query(`
      insert into conversation (id, owner_id, title, updated_at)
      select gen_random_uuid(), u.id, 'Talk ' || n || ' ' || md5(n::text), now() - n * interval '1 minute'
      from app_user u, generate_series(1, 3000) n`)
    await client.query(`
      insert into message (id, conversation_id, owner_id, role, parts, words, state)
      select gen_random_uuid(), c.id, c.owner_id, 'user', '[]', md5(c.id::text) || ' ' || md5(c.title), 'complete'
      from conversation c, generate_series(1, 15)`)
    await client.query('analyze')
  })
  return () => database.close()
})

/** The same database, which also notes the plan of every query that runs on it. */
function explaining(plans: string[]): Database {
  const explain = async (tx: Tx, text: string, values: readonly unknown[]): Promise<void> => {
    const rows = await tx.sql<{ 'QUERY PLAN': string }>(`explain ${text}`, values)
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
  }
  const wrap = (tx: Tx): Tx => ({
    ...tx,
    all: async (query) => {
      const { sql, parameters } = query.compile()
      await explain(tx, sql, parameters)
      return tx.all(query)
    },
    first: (query) => tx.first(query),
    run: (query) => tx.run(query),
    sql: async (text, values = [], name) => {
      await explain(tx, text, values)
      return tx.sql(text, values, name)
    },
  })
  return { ...database, asPerson: (id, work) => database.asPerson(id, (tx) => work(wrap(tx))) }
}

test('a page of conversations is read from its index, the first and a later one', async () => {
  const plans: string[] = []
  const conversations = createConversations(explaining(plans))
  const first = await conversations.list(person, { limit: 50, origin: 'app' })
  expect(first?.items).toHaveLength(50)
  expect(plans[0]).toContain('conversation_recent')
  expect(plans[0]).not.toMatch(/Sort|Seq Scan on conversation/)
  plans.length = 0
  const second = await conversations.list(person, { limit: 50, origin: 'app', cursor: first?.nextCursor ?? '' })
  expect(second?.items[0]?.id).not.toBe(first?.items[0]?.id)
  expect(plans[0]).toContain('conversation_recent')
  expect(plans[0]).not.toMatch(/Sort|Seq Scan on conversation/)
})

test('words are found by their index, in titles and messages', async () => {
  const search = `
    explain select id from conversation where owner_id = '${person}' and title ilike '%c4ca4238a0b9%'
    union select conversation_id from message where owner_id = '${person}' and words ilike '%c4ca4238a0b9%'`
  const plan = await database.administer(async (client) => {
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(search)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  })
  expect(plan).toContain('message_words')
  expect(plan).not.toContain('Seq Scan on message')
  const found = await createConversations(database).list(person, { limit: 50, origin: 'app', search: 'c4ca4238a0b9' })
  expect(found?.items.map((item) => item.title.split(' ')[1])).toEqual(['1'])
})

test('a branch is read message by message, each by its key', async () => {
  const [conversation] = (await createConversations(database).list(person, { limit: 1, origin: 'app' }))?.items ?? []
  const id = conversation?.id ?? ''
  await database.asPerson(person, (tx) =>
    tx.sql(
      'update conversation set head_message_id = (select id from message where conversation_id = $1 limit 1) where id = $1',
      [id],
    ),
  )
  const plans: string[] = []
  const page = await createMessages(explaining(plans)).list(person, id, { limit: 50 })
  expect(page?.items).toHaveLength(1)
  expect(plans.join('\n')).not.toContain('Seq Scan on message')
})

test('a plan that was made while there were no messages reads a branch by its keys as well', async () => {
  const young = await openDatabase(await testDatabase(), { log })
  onTestFinished(() => young.close())
  await migrate(young, { log })
  const { text } = branchStatement(newId(), newId(), 60)
  const one = `'${newId()}', '${newId()}', 60, 8000000`
  const plan = await young.administer(async (client) => {
    await client.query(`set role ai_assistant_app; set app.person_id = '${person}'`)
    await client.query(`prepare branch (uuid, uuid, int, bigint) as ${text}`)
    for (let times = 0; times < 6; times++) await client.query(`execute branch (${one})`)
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain execute branch (${one})`)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  })
  expect(plan).toContain('message_pkey')
  expect(plan).not.toContain('Seq Scan on message')
})

test('a person’s transaction shows no row of another, though the query does not ask whose it is', async () => {
  const rows = await database.asPerson(person, (tx) =>
    tx.sql<{ owner_id: string }>(
      'select distinct owner_id from conversation union select distinct owner_id from message',
    ),
  )
  expect(rows).toEqual([{ owner_id: person }])
  const nobody = await database.asPerson(newId(), (tx) => tx.sql('select id from conversation'))
  expect(nobody).toEqual([])
})
