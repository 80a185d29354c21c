import { expect, test, vi } from 'vitest'
import type { Database } from '../storage/database.ts'
import { CommitUnknown } from '../storage/errors.ts'
import { noUsage } from './run-step.ts'
import type { StartOptions, StartRequest } from './start-request.ts'
import { startRun } from './start-run.ts'

const unknown = () => new CommitUnknown('The connection was lost while committing')
const collision = () => Object.assign(new Error('duplicate key value'), { code: '23505' })
const answer = { runId: 'r', conversationId: 'c', messageId: 'm', userMessageId: null, version: 1 }
const started = {
  answer,
  run: null,
  stored: [],
  usage: noUsage,
  reading: Promise.resolve(null),
  counted: Promise.resolve(null),
}

/** Starts on a database on which one attempt after the other fails so, and the one behind them does not. */
async function startWith(failures: Error[], key: string | null = 'key') {
  const asPerson = vi.fn<() => Promise<unknown>>()
  for (const failure of failures) asPerson.mockRejectedValueOnce(failure)
  asPerson.mockResolvedValue(started)
  const database = { asPerson } as unknown as Database
  const request = { trigger: 'submit-message', key, bodyHash: Buffer.alloc(32) } satisfies StartRequest
  const options = { database, personId: 'p', workerId: 'w', model: 'm', limits: null, newId: () => 'id' }
  return startRun(request, options satisfies StartOptions)
}

test.each([
  ['two commits that nobody heard of', [unknown(), unknown()]],
  ['two collisions', [collision(), collision()]],
  ['two commits that nobody heard of, and a collision with the twin', [unknown(), unknown(), collision()]],
  ['a collision, and two commits that nobody heard of', [collision(), unknown(), unknown()]],
])('goes on behind %s', async (_, failures) => {
  expect((await startWith(failures)).answer).toEqual(answer)
})

test.each([
  ['a third commit that nobody heard of', [unknown(), unknown(), unknown()], 'key'],
  ['a third collision with what was looked at before', Array.from({ length: 4 }, collision), 'key'],
  ['a commit that nobody heard of where no key would find it again', [unknown()], null],
  ['what is no matter of chance', [new TypeError('mine')], 'key'],
])('does not go on behind %s', async (_, failures, key) => {
  await expect(startWith(failures, key)).rejects.toBe(failures.at(-1))
})
