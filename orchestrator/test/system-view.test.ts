import { backupsViewSchema, systemViewSchema } from '@ai-assistant/contract'
import { expect, inject, test } from 'vitest'
import { type BackupRun, insertBackupRun } from '../src/backup/backup-runs.ts'
import type { OpenedDatabase } from '../src/storage/pooled-database.ts'
import { anotherPerson } from './support/another-person.ts'
import { startApp } from './support/start-app.ts'

test('tells an administrator what is wrong with the running system, and what to do', async () => {
  // A port that nobody listens on.
  const { client } = await startApp({ env: { MCP_DISCOVERY_URLS: 'http://127.0.0.1:9', METRICS_TOKEN: 'short' } })
  const { findings, environment } = systemViewSchema.parse(await client.json('GET', '/api/system'))
  expect(environment).toBe('test')
  const found = (check: string) => findings.filter((finding) => finding.check === check)
  expect(found('Tool servers')).toMatchObject([
    { level: 'fault', advice: expect.stringContaining('MCP_DISCOVERY_URLS') },
  ])
  expect(found('Secrets')).toMatchObject([{ level: 'warning', found: expect.stringContaining('METRICS_TOKEN') }])
  expect(found('Migrations')).toMatchObject([{ level: 'ok' }])
  expect(JSON.stringify(findings)).not.toMatch(/"short"|password@/)
})

test('tells an administrator of the last good backup, its proof, and of attempts that failed', async () => {
  const opened: OpenedDatabase[] = []
  const wrap = (one: OpenedDatabase) => (opened.push(one), one)
  const { client } = await startApp({ env: { BACKUP_DIR: '/mnt/backups' }, wrap })
  const record = async (run: BackupRun) => {
    for (const database of opened) await insertBackupRun(database, run)
  }
  const read = async () => backupsViewSchema.parse(await client.json('GET', '/api/backups'))
  expect(await read()).toEqual({ last: null, lastVerifiedAt: null, recent: [], places: ['/mnt/backups'] })
  const cutAt = '2026-03-31T02:00:00.000Z'
  const good = {
    name: 'ai_assistant_20260331_020000_abcdef',
    state: 'succeeded' as const,
    error: null,
    bytes: 5_000_000_000,
  }
  await record({ ...good, verified: true, durationMs: 1500, cutAt })
  await record({
    name: null,
    state: 'failed',
    verified: false,
    error: 'the disk is full',
    bytes: 0,
    durationMs: 20,
    cutAt: null,
  })
  const { last, lastVerifiedAt, recent } = await read()
  expect(last).toMatchObject({ ...good, verified: true, durationMs: 1500, cutAt })
  expect(lastVerifiedAt).toBe(last?.endedAt)
  expect(recent.map(({ state, error }) => [state, error])).toEqual([
    ['failed', 'the disk is full'],
    ['succeeded', null],
  ])
})

test.skipIf(inject('postgresUrl') === null)('tells nobody else', async () => {
  const app = await startApp()
  const { client } = await anotherPerson(app)
  expect(await client.problem('GET', '/api/system')).toMatchObject({ status: 403, code: 'forbidden' })
  expect(await app.stranger.problem('GET', '/api/system')).toMatchObject({ status: 401 })
  expect(await client.problem('GET', '/api/backups')).toMatchObject({ status: 403, code: 'forbidden' })
  expect(await app.stranger.problem('GET', '/api/backups')).toMatchObject({ status: 401 })
})
