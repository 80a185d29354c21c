import { expect, test } from 'vitest'
import { RunFenced } from '../journal/run-writer.ts'
import { DatabaseUnavailable } from '../storage/errors.ts'
import { outlast } from './outlast.ts'

/** Fails so often, then answers. */
function answersAfter(failures: number, error: Error) {
  let calls = 0
  return async () => {
    calls += 1
    if (calls <= failures) throw error
    return calls
  }
}

const away = new DatabaseUnavailable('away')

test('a reading waits for a database that is away', async () => {
  expect(await outlast(answersAfter(2, away), new AbortController().signal)).toBe(3)
})

test('a person who stops the answer does not make it fail', async () => {
  const stop = new AbortController()
  stop.abort('cancel')
  expect(await outlast(answersAfter(2, away), stop.signal)).toBe(3)
})

test.each(['drain', 'fenced'])('a run that is to be left (%s) waits no longer', async (reason) => {
  const stop = new AbortController()
  stop.abort(reason)
  await expect(outlast(answersAfter(9, away), stop.signal)).rejects.toThrow(RunFenced)
})

test('what is no fault of the database is passed on at once', async () => {
  await expect(outlast(answersAfter(1, new Error('a mistake')), new AbortController().signal)).rejects.toThrow(
    'a mistake',
  )
})
