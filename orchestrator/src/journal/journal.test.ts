import { randomUUID } from 'node:crypto'
import type { StreamPart } from '@ai-assistant/contract'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { migratedDatabase } from '../../../tests/system/src/test-database.ts'
import { InProcessDoorbell } from '../doorbell/in-process-doorbell.ts'
import { newId } from '../lib/new-id.ts'
import { openDatabase } from '../storage/open-database.ts'
import { openJournal } from './journal.ts'

/** What stands for something in JSON, in PostgreSQL's arrays, or between two payloads of a commit. */
const oddTexts = [
  ...Array.from({ length: 0x20 }, (_, code) => `a${String.fromCodePoint(code || 1)}b`),
  '',
  '"',
  '\\',
  '\\x1e',
  '\\u001e',
  '{}',
  '{,}',
  'NULL',
  "'",
  ',',
  '\u007f',
  '\u2028\u2029\ufeff',
  'é漢🙂',
  'x'.repeat(10_000),
]

test('several answers that are committed together come back as they were written, whatever characters they have', async () => {
  const log = pino({ level: 'silent' })
  const database = await openDatabase(await migratedDatabase(), { log })
  onTestFinished(() => database.close())
  const journal = openJournal({ database, doorbell: new InProcessDoorbell(), log })
  const owner = randomUUID()
  const runIds = oddTexts.map(() => newId())
  await database.asSystem(async (tx) => {
    await tx.sql(`insert into app_user (id, name, role) values ($1, 'Ada', 'member')`, [owner])
    await tx.sql(`insert into conversation (id, owner_id) select unnest($1::uuid[]), $2`, [runIds, owner])
    await tx.sql(
      `insert into run (id, owner_id, conversation_id, message_id, kind, state)
       select id, $2, id, id, 'submit', 'running' from unnest($1::uuid[]) id`,
      [runIds, owner],
    )
  })
  const written = new Map<string, StreamPart[]>()
  const writers = runIds.map((runId, at) => {
    const writer = journal.open({ runId, epoch: 1, lastSeq: 0 })
    const delta = oddTexts[at] ?? ''
    const parts: StreamPart[] = [
      { type: 'text-start', id: `t${at}` },
      { type: 'text-delta', id: `t${at}`, delta },
      { type: 'text-end', id: `t${at}` },
    ]
    for (const part of parts) writer.append(part)
    written.set(runId, parts)
    return writer
  })
  await Promise.all(writers.map((writer) => writer.flushed()))
  for (const [runId, parts] of written) expect(await journal.read(runId)).toEqual({ parts, lastSeq: 3 })
  await journal.close()
})
