import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Database } from '../storage/database.ts'
import { createReadyCheck } from './check-ready.ts'

/** A database of which only `check` is looked at. */
function databaseThat(check: Database['check']): Database {
  const refuse = (): never => {
    throw new Error('this test asks for nothing else')
  }
  return {
    kind: 'postgres',
    check,
    asPerson: refuse,
    asSystem: refuse,
    readAsSystem: refuse,
    readBothAsSystem: refuse,
    openSession: refuse,
    stats: refuse,
    close: refuse,
  }
}

test('tells the log why the database does not answer, and nobody else', async () => {
  const lines: string[] = []
  const log = pino({}, { write: (line) => lines.push(line) })
  const reason = 'connect ECONNREFUSED 10.1.2.3:5432'
  const database = databaseThat(() => Promise.reject(new Error(reason)))
  const ready = await createReadyCheck({ database, log, draining: () => false })()
  expect(ready).toMatchObject({ status: 'not-ready', checks: { database: { ok: false }, serving: { ok: true } } })
  expect(JSON.stringify(ready)).not.toContain('10.1.2.3')
  expect(lines.join()).toContain(reason)
})

test('looks once for all who ask at once, and again for who asks later', async () => {
  let looks = 0
  const database = databaseThat(async () => {
    looks += 1
    await new Promise((resolve) => setTimeout(resolve, 5))
  })
  const check = createReadyCheck({ database, log: pino({ level: 'silent' }), draining: () => false })
  const answers = await Promise.all(Array.from({ length: 100 }, () => check()))
  expect(answers.every(({ status }) => status === 'ready')).toBe(true)
  expect(looks).toBe(1)
  await check()
  expect(looks).toBe(2)
})

test('is not ready while it stops', async () => {
  const database = databaseThat(() => Promise.resolve())
  const ready = await createReadyCheck({ database, log: pino({ level: 'silent' }), draining: () => true })()
  expect(ready).toMatchObject({ status: 'not-ready', checks: { database: { ok: true }, serving: { ok: false } } })
})
