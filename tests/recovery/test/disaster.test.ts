import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiClient } from '../../system/src/product/api-client.ts'
import { readAnswer } from '../../system/src/product/read-answer.ts'
import { startProduct } from '../../system/src/product/start-product.ts'
import { migratedDatabase } from '../../system/src/test-database.ts'
import { nameIn, runScript, runShell } from '../src/run-script.ts'
import { sumTables } from '../src/sum-tables.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ai-assistant-disaster-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('disaster_recovery.sh lists, tries, restores under a running system, survives being killed, and goes back', async () => {
  const database = await migratedDatabase()
  if (database.kind !== 'postgres') throw new Error('for PostgreSQL')
  const secrets = { SECRET_KEY: 'a-secret-key-of-the-tests-0123456789', BACKUP_DIR: join(folder, 'backups') }
  const env = { ...secrets, DATABASE_URL: database.url, DATA_DIR: folder }
  const recover = (args: string[], more: { env?: Record<string, string>; killAt?: string } = {}) =>
    runShell('disaster_recovery.sh', args, { ...env, ...more.env }, more.killAt)
  const product = await startProduct({ database, web: false, tools: 0, env: secrets })
  try {
    const client = await product.signIn()
    const early = await ask(client, 'Before the backup')
    const name = nameIn(await runScript('backup.ts', ['--no-verify'], env))
    const late = await ask(client, 'After the backup')
    const live = await sums(database.url)

    const listed = await recover(['--list'])
    expect([listed.code, listed.output]).toEqual([0, expect.stringMatching(new RegExp(`${name}.*never restored`))])
    const unknown = await recover(['ai_assistant_20000101_000000_abcdef', '--yes'])
    expect([unknown.code, unknown.output]).toEqual([1, expect.stringContaining('There is no backup')])
    const tried = await recover([name, '--dry-run'])
    expect([tried.code, tried.output]).toEqual([0, expect.stringContaining('nothing was changed')])
    expect(await sums(database.url)).toEqual(live)

    // Killed between two steps, and killed with all it has started as soon as it says that it works.
    const halved = await recover([name, '--yes'], { env: { FAILPOINT: 'restore.verified:kill' } })
    expect(halved.code).toBe(137)
    const killed = await recover([name, '--yes'], { killAt: 'Restoring the rows' })
    expect(killed.signal).toBe('SIGKILL')
    expect(await sums(database.url)).toEqual(live)
    expect((await client.messages(late)).items).toHaveLength(2)

    const restored = await recover(['latest', '--yes', '--url', product.url])
    const kept = /is kept as (\S+);/.exec(restored.output)?.[1] ?? ''
    expect(restored.output).toContain('it is live now')
    // It then looks at the system, and its verdict is the script's: here is no web app to be seen.
    expect(restored.output).toMatch(/Alive: 127\.0\.0\.1.*version/)
    expect((await client.messages(early)).items).toHaveLength(2)
    await expect(client.messages(late)).rejects.toThrow('404')
    await ask(client, 'And on', early)

    const back = await recover(['--back', kept])
    expect([back.code, back.output]).toEqual([0, expect.stringContaining(`${kept} is live again`)])
    expect((await client.messages(late)).items).toHaveLength(2)
  } catch (error) {
    throw new Error(`${String(error)}\n${product.logs()}`, { cause: error })
  } finally {
    await product.stop()
  }
})

/** But for the audit log, which a running system seals all the while. */
async function sums(url: string): Promise<Record<string, string>> {
  const { audit_entry: _sealed, ...others } = await sumTables(url)
  return others
}

/** Asks and waits for the whole answer; returns the conversation. */
async function ask(client: ApiClient, text: string, conversationId?: string): Promise<string> {
  const run = await client.send({ text, ...(conversationId === undefined ? {} : { conversationId }) })
  expect((await readAnswer(client, run.runId)).finish.state).toBe('complete')
  return run.conversationId
}
