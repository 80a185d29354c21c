import { randomUUID } from 'node:crypto'
import pg, { type PoolClient } from 'pg'
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { postgresDatabase } from '../../../../tests/system/src/test-database.ts'
import { clientOptions } from './client-options.ts'
import { PatientPool } from './patient-pool.ts'

async function opened(atOnce: number, most: number, options = {}): Promise<PatientPool> {
  const pool = new PatientPool(
    { ...clientOptions(await postgresDatabase()), ...options },
    { kept: atOnce, atOnce, most },
  )
  onTestFinished(() => pool.end())
  return pool
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
    const opening = vi.fn<() => void>()
    pool.on('connect', opening)
    const use = async (): Promise<void> => {
      const client = await pool.connect()
      await client.query('select 1')
      client.release()
    }
    await Promise.all(Array.from({ length: 40 }, use))
    expect(opening).toHaveBeenCalledTimes(2)
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

  test('whoever waits hears nothing of a connection that the server refuses', async () => {
    const url = new URL(await postgresDatabase())
    const name = `few_${randomUUID().slice(0, 8)}`
    await asOperator(url.href, `create role ${name} login password 'few' connection limit 1`)
    onTestFinished(() => asOperator(url.href, `drop role ${name}`))
    const own = Object.assign(new URL(url), { username: name, password: 'few' })
    const pool = new PatientPool(clientOptions(own.href), { kept: 1, atOnce: 1, most: 3 })
    onTestFinished(() => pool.end())
    const [held] = await take(pool, 1)
    const waiting = [pool.connect(), pool.connect()]
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(pool.waitingCount).toBe(2)
    held?.release()
    for (const each of waiting) (await each).release()
  })

  test('says at once that there is no server', async () => {
    const pool = new PatientPool(clientOptions('postgres://nobody@127.0.0.1:1/none'), { kept: 1, atOnce: 1, most: 3 })
    onTestFinished(() => pool.end())
    await expect(pool.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
