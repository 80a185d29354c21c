import { validate, version } from 'uuid'
import { expect, test, vi } from 'vitest'
import { isUuid, newId } from './new-id.ts'

test('ids are UUIDs of version 7, none twice, in the order they were made in, however many in a millisecond', () => {
  const ids = Array.from({ length: 20_000 }, () => newId())
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.toSorted()).toEqual(ids)
  expect(ids.every((id) => validate(id) && version(id) === 7 && isUuid(id))).toBe(true)
})

test('an id tells its time, and a clock that is set back does not put new ids before old ones', () => {
  vi.useFakeTimers()
  const timeOf = (id: string) => Number.parseInt(id.slice(0, 13).replace('-', ''), 16)
  const later = Date.UTC(2050, 0, 1)
  vi.setSystemTime(later)
  const first = newId()
  vi.setSystemTime(later - 60_000)
  const second = newId()
  vi.useRealTimers()
  expect(timeOf(first)).toBe(later)
  expect(second > first).toBe(true)
})

test('what of an id is not its time or its number is random', () => {
  const tails = Array.from({ length: 1000 }, () => newId().slice(-10))
  expect(new Set(tails).size).toBe(tails.length)
})
