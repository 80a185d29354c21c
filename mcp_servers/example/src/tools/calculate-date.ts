import { z } from 'zod'
import {
  dayOfYear,
  elapsed,
  formatDate,
  isoWeek,
  parseDate,
  shiftDate,
  weekday,
  type CivilDate,
} from '../lib/civil-date.ts'
import { findZone } from '../lib/find-zone.ts'
import { toLocal, toUtc } from '../lib/time-zone.ts'
import { count } from '../lib/count.ts'
import type { Tool } from '../tool.ts'

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const DAY = 86_400_000

const date = z.string().max(20)
const amount = z.int().min(-100_000).max(100_000).default(0)

const input = z.strictObject({
  date: date.default('today').describe('The date to begin with, YYYY-MM-DD or "today".'),
  add_years: amount.describe('Years to add; negative to go back.'),
  add_months: amount.describe(
    'Months to add. A day the month lacks becomes its last: 31 January + 1 month is 28 or 29 February.',
  ),
  add_weeks: amount.describe('Weeks to add.'),
  add_days: amount.describe('Days to add.'),
  until: date.optional().describe('If given, the difference from the resulting date to this one is told too.'),
  timezone: z.string().max(100).default('UTC').describe('Where it is "today": a time zone or large city.'),
})

const output = z.strictObject({
  date: z.string().describe('The resulting date.'),
  weekday: z.string(),
  isoWeek: z.string().describe('Year and week by ISO 8601, e.g. "2026-W53".'),
  dayOfYear: z.int(),
  difference: z
    .strictObject({
      until: z.string(),
      days: z.int().describe('Days from date to until; negative if until is earlier.'),
      years: z.int(),
      months: z.int(),
      remainingDays: z.int(),
    })
    .nullable()
    .describe(
      'The way from date to until: in days, and as whole years, months and remaining days (always counted forwards).',
    ),
})

export function calculateDate(now: () => Date): Tool<typeof input, typeof output> {
  return {
    name: 'calculate_date',
    title: 'Calculate with dates',
    description:
      'Tells the weekday, ISO week and day of the year of a date, adds years, months, weeks or days to it, and counts ' +
      'the days to another date. Gregorian calendar, years 0000 to 9999.',
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    input,
    output,
    run({ date: start, add_years: years, add_months: months, add_weeks: weeks, add_days: days, until, timezone }) {
      const read = (text: string): CivilDate =>
        text.trim().toLowerCase() === 'today' ? today(now(), timezone) : parseDate(text)
      const at = shiftDate(read(start), { years, months, days: weeks * 7 + days })
      const day = WEEKDAYS[weekday(at) - 1] ?? ''
      const difference = until === undefined ? null : differenceBetween(at, read(until))
      const sentence = `${formatDate(at)} is a ${day} in week ${isoWeek(at)}, day ${dayOfYear(at)} of the year.`
      return {
        text: difference === null ? sentence : `${sentence} ${toSentence(difference)}`,
        data: { date: formatDate(at), weekday: day, isoWeek: isoWeek(at), dayOfYear: dayOfYear(at), difference },
      }
    },
  }
}

function today(now: Date, timezone: string): CivilDate {
  return Math.floor(toUtc(toLocal(now.getTime(), findZone(timezone))) / DAY)
}

function differenceBetween(from: CivilDate, to: CivilDate) {
  const { years, months, days } = elapsed(Math.min(from, to), Math.max(from, to))
  return { until: formatDate(to), days: to - from, years, months, remainingDays: days }
}

function toSentence({ until, days, years, months, remainingDays }: ReturnType<typeof differenceBetween>): string {
  const inWords = [count(years, 'year'), count(months, 'month'), count(remainingDays, 'day')].join(', ')
  return `${until} is ${count(Math.abs(days), 'day')} ${days < 0 ? 'before' : 'after'} it (${inWords}).`
}
