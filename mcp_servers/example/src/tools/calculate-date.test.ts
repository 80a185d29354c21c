import fc from 'fast-check'
import { expect, test } from 'vitest'
import { callTool } from '../../test/call.ts'
import { calculateDate } from './calculate-date.ts'

const tool = calculateDate(() => new Date('2026-11-23T15:30:00Z'))

test.each([
  ['2026-01-01', 'Thursday', '2026-W01', 1],
  ['2027-01-01', 'Friday', '2026-W53', 1],
  ['2024-12-31', 'Tuesday', '2025-W01', 366],
  ['2000-02-29', 'Tuesday', '2000-W09', 60],
])('%s is a %s in week %s, day %i', async (date, weekday, isoWeek, dayOfYear) => {
  const { data } = await callTool(tool, { date })
  expect(data).toMatchObject({ date, weekday, isoWeek, dayOfYear })
})

test('knows what day it is where the person is', async () => {
  expect((await callTool(tool, {})).data.date).toBe('2026-11-23')
  expect((await callTool(tool, { timezone: 'Tokyo' })).data.date).toBe('2026-11-24')
})

test.each([
  [{ date: '2026-01-31', add_months: 1 }, '2026-02-28'],
  [{ date: '2024-01-31', add_months: 1 }, '2024-02-29'],
  [{ date: '2024-02-29', add_years: 1 }, '2025-02-28'],
  [{ date: '2026-03-31', add_months: -1 }, '2026-02-28'],
  [{ date: '2026-12-30', add_weeks: 1, add_days: -1 }, '2027-01-05'],
  [{ date: '2026-01-15', add_months: -25 }, '2023-12-15'],
])('%o leads to %s', async (input, expected) => {
  expect((await callTool(tool, input)).data.date).toBe(expected)
})

test('counts the way to another date in days, and in years, months and days', async () => {
  const { data, text } = await callTool(tool, { date: '2026-11-23', until: '2028-01-01' })
  expect(data.difference).toMatchObject({ days: 404, years: 1, months: 1, remainingDays: 9 })
  expect(text).toContain('404 days after')
  const back = await callTool(tool, { date: '2026-11-23', until: '2026-11-22' })
  expect(back.data.difference).toMatchObject({ days: -1, remainingDays: 1 })
  expect(back.text).toContain('1 day before')
})

test.each(['2026-02-30', '2026-13-01', '23.11.2026', 'next week'])('%s is refused', async (date) => {
  await expect(callTool(tool, { date })).rejects.toThrow(/YYYY-MM-DD|Check month and day/)
})

test('refuses to leave the calendar', async () => {
  await expect(callTool(tool, { date: '9999-12-31', add_days: 1 })).rejects.toThrow(/years 0000 to 9999/)
  await expect(callTool(tool, { date: '0000-01-01', add_years: -100_000 })).rejects.toThrow(/years 0000 to 9999/)
})

test('days added are days counted, and a week later is the same weekday', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: -100_000, max: 100_000 }), async (add_days) => {
      const from = '2026-11-23'
      const shifted = (await callTool(tool, { date: from, add_days })).data
      const { data } = await callTool(tool, { date: from, until: shifted.date })
      expect(data.difference?.days).toBe(add_days)
      expect((await callTool(tool, { date: shifted.date, add_weeks: 1 })).data.weekday).toBe(shifted.weekday)
    }),
  )
})
