import { randomUUID } from 'node:crypto'
import pg, { type PoolClient } from 'pg'
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { postgresDatabase } from '../../../../tests/system/src/test-database.ts'
import { openDatabase } from '../open-database.ts'
import { clientOptions } from './client-options.ts'
import { PatientPool } from './patient-pool.ts'

async function opened(atOnce: number, most: number, options = {}): Promise<PatientPool> {
  const url = clientOptions(await postgresDatabase())
  const pool = new PatientPool({ ...url, ...options }, { kept: atOnce, atOnce, most }, () => undefined)
  onTestFinished(() => pool.end())
  return pool
}

const NOBODY = 'postgres://nobody@127.0.0.1:1/none'

/** As a role that the server gives so many connections and no more. */
async function loginWith(connections: number): Promise<pg.PoolConfig> {
  const url = new URL(await postgresDatabase())
  const name = `few_${randomUUID().slice(0, 8)}`
  await asOperator(url.href, `create role ${name} login password 'few' connection limit ${connections}`)
  onTestFinished(() => asOperator(url.href, `drop role ${name}`))
  return clientOptions(Object.assign(new URL(url), { username: name, password: 'few' }).href)
}

const take = (pool: PatientPool, count: number): Promise<PoolClient[]> =>
  Promise.all(Array.from({ length: count }, () => pool.connect()))

async function asOperator(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

describe.skipIf(inject('postgresUrl') === null)('a patient pool', () => {
  test('serves a burst with the connections it keeps', async () => {
    const pool = await opened(2, 20)
    for (const client of await take(pool, 2)) client.release()
    const opening = vi.fn<() => void>()
    pool.on('connect', opening)
    const use = async (): Promise<void> => {
      const client = await pool.connect()
      await client.query('select 1')
      client.release()
    }
    await Promise.all(Array.from({ length: 40 }, use))
    expect(opening).not.toHaveBeenCalled()
  })

  test('opens more for those who wait long, one after the other, and never too many', async () => {
    const pool = await opened(2, 5)
    const opening = vi.fn<() => void>()
    const held = await take(pool, 2)
    pool.on('connect', opening)
    const more = await take(pool, 3)
    expect(opening).toHaveBeenCalledTimes(3)
    const last = pool.connect()
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect([pool.totalCount, pool.waitingCount]).toEqual([5, 1])
    held[0]?.release()
    ;(await last).release()
    for (const client of [held[1], ...more]) client?.release()
  })

  test('whoever waits takes what is free first', async () => {
    const pool = await opened(1, 2)
    const [held] = await take(pool, 1)
    const waiting = pool.connect()
    setTimeout(() => held?.release(), 20)
    expect(await waiting).toBe(held)
    held?.release()
    expect(pool.totalCount).toBe(1)
  })

  test('opens one for the second of two who come when one is free', async () => {
    const pool = await opened(1, 2)
    for (const client of await take(pool, 1)) client.release()
    const both = await take(pool, 2)
    expect(pool.totalCount).toBe(2)
    for (const client of both) client.release()
  })

  test('closes the others when they are idle, and opens them again only for those who wait', async () => {
    const pool = await opened(1, 3, { idleTimeoutMillis: 50 })
    for (const client of await take(pool, 3)) client.release()
    await expect.poll(() => pool.totalCount).toBe(1)
    const [held] = await take(pool, 1)
    const waiting = pool.connect()
    expect([pool.totalCount, pool.waitingCount]).toEqual([1, 1])
    ;(await waiting).release()
    expect(pool.totalCount).toBe(2)
    held?.release()
  })

  test('whoever waits hears nothing of connections that the server refuses, and the log hears once', async () => {
    const refused = vi.fn<(error: unknown) => void>()
    const pool = new PatientPool(await loginWith(3), { kept: 2, atOnce: 2, most: 9 }, refused)
    onTestFinished(() => pool.end())
    const held = await take(pool, 3)
    const waiting = Array.from({ length: 4 }, () => pool.connect())
    // Also where one that died leaves room: its place is not taken by whoever waits.
    held.pop()?.release(new Error('it was lost'))
    await expect.poll(() => refused.mock.calls.length, { timeout: 10_000 }).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(refused.mock.calls).toEqual([[expect.objectContaining({ code: '53300' })]])
    expect(pool.waitingCount).toBe(3)
    for (const client of held) client.release()
    for (const each of waiting) (await each).release()
  })

  test('opens another one for whoever still waits when one is lost', async () => {
    const pool = await opened(2, 3)
    const held = await take(pool, 2)
    const waiting = [pool.connect(), pool.connect()]
    const third = await waiting[0]
    await new Promise((resolve) => setTimeout(resolve, 300))
    held.pop()?.release(new Error('it was lost'))
    const fourth = await waiting[1]
    expect(new Set([...held, third, fourth]).size).toBe(3)
    for (const client of [third, fourth]) client?.release()
    held.pop()?.release()
  })

  test('says at once that there is no server', async () => {
    const pool = new PatientPool(clientOptions(NOBODY), { kept: 1, atOnce: 1, most: 3 }, () => undefined)
    onTestFinished(() => pool.end())
    await expect(pool.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})

test('a script that keeps no connection is told at once that there is no server', async () => {
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
  const database = await openDatabase({ kind: 'postgres', url: NOBODY, poolSize: 0, maxOverflow: 1 }, { log })
  onTestFinished(() => database.close())
  const asked = database.administer(() => Promise.resolve())
  await expect(asked).rejects.toMatchObject({ cause: expect.objectContaining({ code: 'ECONNREFUSED' }) as unknown })
})
