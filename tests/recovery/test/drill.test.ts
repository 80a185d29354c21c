import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { ApiClient } from '../../system/src/product/api-client.ts'
import { faultsOfNumbering } from '../../system/src/product/numbered-tokens.ts'
import { readAnswer } from '../../system/src/product/read-answer.ts'
import { startProduct } from '../../system/src/product/start-product.ts'
import { migratedDatabase, type TestDatabase } from '../../system/src/test-database.ts'
import { nameIn, runScript } from '../src/run-script.ts'
import { sumTables } from '../src/sum-tables.ts'

// At 80 ms each: time enough for a backup to be cut in the middle of the answer.
const tokens = 200
const simulator = await startModelSimulator()
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ai-assistant-drill-'))
})
afterAll(async () => {
  await simulator.close()
  await rm(folder, { recursive: true, force: true })
})

test.each(['postgres', 'embedded'] as const)(
  'a system on %s that is lost comes back whole, its answers go on, and so do its conversations',
  async (kind) => {
    const home = join(folder, kind)
    const database: TestDatabase =
      kind === 'postgres' ? await migratedDatabase() : { kind, directory: join(home, 'data') }
    const secrets = { SECRET_KEY: 'a-secret-key-of-the-tests-0123456789', BACKUP_DIR: join(home, 'backups') }
    const env: Record<string, string> =
      database.kind === 'postgres'
        ? { ...secrets, DATABASE_URL: database.url, DATA_DIR: join(home, 'data') }
        : { ...secrets, DATA_DIR: database.directory }
    const model = { url: simulator.url, name: `sim-itl80-len${tokens}-seed1` }
    const product = await startProduct({ database, model, web: false, tools: 0, env: secrets })
    try {
      const client = await product.signIn()
      const first = await ask(client, 'Before everything')
      // Cut in the middle of an answer, while people write.
      const running = await client.send({ text: 'Count, whatever happens' })
      const early = await runScript('backup.ts', [], env)
      const whole = await readAnswer(client, running.runId)
      expect(faultsOfNumbering(whole.text, tokens)).toEqual([])
      const before = await client.messages(first)
      const late = await runScript('backup.ts', [], env)
      expect([early.output, late.output].map((text) => text.includes('restored and compared'))).toEqual([true, true])
      const sums = database.kind === 'postgres' ? await sumTables(database.url) : null

      await product.orchestrator.kill()
      await destroy(database)
      const restored = await runScript('restore.ts', ['latest', '--yes'], env)
      expect(restored.output).toContain(`${nameIn(late)}: `)
      expect(restored.code).toBe(0)
      expect(database.kind === 'postgres' ? await sumTables(database.url) : null).toEqual(sums)
      await product.orchestrator.start()
      // The same cookie: nobody has to sign in again.
      expect(await client.messages(first)).toEqual(before)
      await ask(client, 'And on', first)
      expect((await client.messages(first)).items).toHaveLength(4)

      // Back to the moment in which the answer was half written: it is written on, from where it was.
      if (kind === 'embedded') await product.orchestrator.stop()
      const again = await runScript('restore.ts', [nameIn(early), '--yes'], env)
      expect(again.output).toContain('is kept as')
      if (kind === 'embedded') await product.orchestrator.start()
      const continued = await readAnswer(client, running.runId)
      expect(continued.finish.state).toBe('complete')
      expect(continued.parts.some((part) => part.type === 'data-takeover')).toBe(true)
      expect(faultsOfNumbering(continued.text, tokens)).toEqual([])
      expect((await client.messages(first)).items).toHaveLength(2)
      await ask(client, 'And on from here', first)
    } catch (error) {
      throw new Error(`${String(error)}\n${product.logs()}`, { cause: error })
    } finally {
      await product.stop()
    }
  },
)

/** Asks and waits for the whole answer; returns the conversation. */
async function ask(client: ApiClient, text: string, conversationId?: string): Promise<string> {
  const run = await client.send({ text, ...(conversationId === undefined ? {} : { conversationId }) })
  const answer = await readAnswer(client, run.runId)
  expect(answer.finish.state).toBe('complete')
  return run.conversationId
}

async function destroy(database: TestDatabase): Promise<void> {
  if (database.kind === 'embedded') return rm(join(database.directory, 'database'), { recursive: true })
  const client = new pg.Client({ connectionString: inject('postgresUrl') ?? '' })
  await client.connect()
  await client.query(`drop database ${new URL(database.url).pathname.slice(1)} with (force)`)
  await client.end()
}
