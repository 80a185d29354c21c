import { Fault } from './fault.ts'

const DAY = 86_400_000

/** A day of the Gregorian calendar, as the count of days since 1970-01-01. */
export type CivilDate = number

/** Reads `YYYY-MM-DD`; a `Fault` for a day that does not exist. */
export function parseDate(text: string): CivilDate {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text.trim())
  if (match === null) throw new Fault(`"${text}" is not a date. Write it as YYYY-MM-DD, e.g. 2026-12-24.`)
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const date = fromParts(year, month, day)
  if (formatDate(date) !== text.trim()) throw new Fault(`${text} does not exist in the calendar. Check month and day.`)
  return date
}

export function formatDate(date: CivilDate): string {
  const { year, month, day } = toParts(date)
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

/** Adds years and months first, keeping the day where the month has it and else taking its last; then the days. */
export function shiftDate(date: CivilDate, by: { years: number; months: number; days: number }): CivilDate {
  const { year, month, day } = toParts(date)
  const months = year * 12 + (month - 1) + by.years * 12 + by.months
  const [targetYear, targetMonth] = [Math.floor(months / 12), (((months % 12) + 12) % 12) + 1]
  const lastDay = toParts(fromParts(targetYear, targetMonth + 1, 0)).day
  const shifted = fromParts(targetYear, targetMonth, Math.min(day, lastDay)) + by.days
  const { year: reached } = toParts(shifted)
  if (!(reached >= 0 && reached <= 9999)) throw new Fault('The date leaves the years 0000 to 9999. Add or take less.')
  return shifted
}

/** Whole years, then whole months, then days from one date to a later one: as people tell an age. */
export function elapsed(from: CivilDate, to: CivilDate): { years: number; months: number; days: number } {
  const [a, b] = [toParts(from), toParts(to)]
  let months = (b.year - a.year) * 12 + (b.month - a.month)
  if (shiftDate(from, { years: 0, months, days: 0 }) > to) months -= 1
  const days = to - shiftDate(from, { years: 0, months, days: 0 })
  return { years: Math.floor(months / 12), months: months % 12, days }
}

/** 1 for Monday to 7 for Sunday (ISO 8601). */
export function weekday(date: CivilDate): number {
  return ((((date + 3) % 7) + 7) % 7) + 1
}

/** `2026-W53` (ISO 8601): the week belongs to the year that holds its Thursday. */
export function isoWeek(date: CivilDate): string {
  const thursday = date - weekday(date) + 4
  const { year } = toParts(thursday)
  const week = Math.floor((thursday - fromParts(year, 1, 1)) / 7) + 1
  return `${String(year).padStart(4, '0')}-W${String(week).padStart(2, '0')}`
}

/** 1 for the first of January. */
export function dayOfYear(date: CivilDate): number {
  return date - fromParts(toParts(date).year, 1, 1) + 1
}

function fromParts(year: number, month: number, day: number): CivilDate {
  // Date.UTC would take the years 0 to 99 for 1900 to 1999.
  return new Date(0).setUTCFullYear(year, month - 1, day) / DAY
}

function toParts(date: CivilDate): { year: number; month: number; day: number } {
  const at = new Date(date * DAY)
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() }
}
