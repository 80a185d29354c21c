import fc from 'fast-check'
import { expect, test } from 'vitest'
import { callTool } from '../../test/call.ts'
import { toLocal, toMoments } from '../lib/time-zone.ts'
import { timeInZone } from './time-in-zone.ts'

const tool = timeInZone(() => new Date('2026-11-23T15:30:45.678Z'))

test.each([
  ['Asia/Tokyo', 'Asia/Tokyo', '2026-11-24T00:30:45+09:00', 'Tuesday'],
  ['tokyo', 'Asia/Tokyo', '2026-11-24T00:30:45+09:00', 'Tuesday'],
  ['New York', 'America/New_York', '2026-11-23T10:30:45-05:00', 'Monday'],
  ['San Francisco, USA', 'America/Los_Angeles', '2026-11-23T07:30:45-08:00', 'Monday'],
  ['kolkata', 'Asia/Kolkata', '2026-11-23T21:00:45+05:30', 'Monday'],
  ['port-au-prince', 'America/Port-au-Prince', '2026-11-23T10:30:45-05:00', 'Monday'],
  ['UTC', 'UTC', '2026-11-23T15:30:45+00:00', 'Monday'],
  ['UTC+3', '+03:00', '2026-11-23T18:30:45+03:00', 'Monday'],
  ['+05:45', '+05:45', '2026-11-23T21:15:45+05:45', 'Monday'],
])('the time in %s', async (timezone, found, local, weekday) => {
  const { data, text } = await callTool(tool, { timezone })
  expect(data).toMatchObject({ timezone: found, local, weekday, utc: '2026-11-23T15:30:45Z', note: null })
  expect(text).toContain(weekday)
})

test('converts a local time from one zone to another', async () => {
  const { data } = await callTool(tool, { timezone: 'Tokyo', time: '2026-07-01T09:00', from_timezone: 'Berlin' })
  expect(data.local).toBe('2026-07-01T16:00:00+09:00')
})

test('takes an hour without a date for today where the time is meant', async () => {
  const { data } = await callTool(tool, { timezone: 'UTC', time: '8:15', from_timezone: 'Tokyo' })
  expect(data.local).toBe('2026-11-23T23:15:00+00:00')
})

test('takes the first of an hour that occurs twice, and says so', async () => {
  const { data } = await callTool(tool, { timezone: 'UTC', time: '2026-10-25T02:30', from_timezone: 'Europe/Berlin' })
  expect(data.local).toBe('2026-10-25T00:30:00+00:00')
  expect(data.note).toMatch(/twice/)
})

test.each([
  ['2026-03-29T02:30', 'Europe/Berlin', /set forward/],
  ['2026-02-30T10:00', 'UTC', /does not exist/],
  ['2026-02-28T24:30', 'UTC', /does not exist/],
  ['tomorrow', 'UTC', /YYYY-MM-DDTHH:MM/],
])('%s in %s is refused with what to change', async (time, from_timezone, advice) => {
  await expect(callTool(tool, { timezone: 'UTC', time, from_timezone })).rejects.toThrow(advice)
})

test.each(['Atlantis', 'constructor', '__proto__', ' '])('%j is no time zone', async (timezone) => {
  await expect(callTool(tool, { timezone })).rejects.toThrow(/no time zone known here/)
})

test('a moment is among the moments at which its local time is shown, in any zone', () => {
  const zones = fc.constantFrom(
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Africa/Casablanca',
  )
  const moments = fc.integer({ min: Date.UTC(1980) / 1000, max: Date.UTC(2037) / 1000 })
  fc.assert(
    fc.property(zones, moments, (zone, seconds) => {
      expect(toMoments(toLocal(seconds * 1000, zone), zone)).toContain(seconds * 1000)
    }),
    { numRuns: 500 },
  )
})
