import { z } from 'zod'
import { findZone } from '../lib/find-zone.ts'
import { Fault } from '../lib/fault.ts'
import { formatOffset, offsetAt, toLocal, toMoments, toUtc, type LocalTime } from '../lib/time-zone.ts'
import type { Tool } from '../tool.ts'

const zone = z.string().min(1).max(100)

const input = z.strictObject({
  timezone: zone.describe(
    'Where: an IANA time zone such as "Asia/Tokyo", a large city such as "Tokyo", or an offset like "+05:30".',
  ),
  time: z
    .string()
    .max(40)
    .optional()
    .describe('A local time to convert, as YYYY-MM-DDTHH:MM, or HH:MM for today. Left out: now.'),
  from_timezone: zone.optional().describe('The zone in which `time` is meant. Left out: UTC.'),
})

const output = z.strictObject({
  timezone: z.string().describe('The zone found.'),
  local: z.string().describe('Date and time there, ISO 8601 with its offset.'),
  weekday: z.string(),
  offset: z.string().describe('Ahead of UTC, e.g. "+09:00".'),
  utc: z.string().describe('The same moment in UTC.'),
  note: z.string().nullable().describe('What to know about it, e.g. that the hour occurs twice that day.'),
})

export function timeInZone(now: () => Date): Tool<typeof input, typeof output> {
  return {
    name: 'time_in_zone',
    title: 'Time in a time zone',
    description:
      'Tells the date and time now in a city or time zone, or converts a given local time from one zone to another.',
    // Another moment gives another answer, but asking twice changes nothing.
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    input,
    output,
    run({ timezone, time, from_timezone: from }) {
      if (time === undefined && from !== undefined) throw new Fault('Give `time` too, or leave `from_timezone` out.')
      const there = findZone(timezone)
      const { moment, note } =
        time === undefined ? { moment: now().getTime(), note: null } : parseTime(time, findZone(from ?? 'UTC'), now())
      const local = toLocal(moment, there)
      const offset = formatOffset(offsetAt(moment, there))
      const weekday = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' }).format(toUtc(local))
      const [date, clock] = formatLocal(local).split('T')
      return {
        text: `${clock} on ${weekday}, ${date} in ${there} (UTC${offset})${note === null ? '' : `. ${note}`}`,
        data: {
          timezone: there,
          local: `${formatLocal(local)}${offset}`,
          weekday,
          offset,
          utc: new Date(moment).toISOString().replace(/\.\d+Z$/, 'Z'),
          note,
        },
      }
    },
  }
}

function parseTime(text: string, zoneName: string, now: Date): { moment: number; note: string | null } {
  const match = /^(?:(\d{4})-(\d{2})-(\d{2})[T ])?(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text.trim())
  if (match === null)
    throw new Fault(`"${text}" is not understood. Write YYYY-MM-DDTHH:MM or HH:MM, without an offset.`)
  const today = toLocal(now.getTime(), zoneName)
  const part = (index: number, otherwise: number): number =>
    match[index] === undefined ? otherwise : Number(match[index])
  const local: LocalTime = {
    year: part(1, today.year),
    month: part(2, today.month),
    day: part(3, today.day),
    hour: part(4, 0),
    minute: part(5, 0),
    second: part(6, 0),
  }
  if (toLocal(toUtc(local), 'UTC').day !== local.day || local.hour > 23 || local.minute > 59 || local.second > 59)
    throw new Fault(`${text} does not exist. Check day, hour and minute.`)
  const [moment, repeated] = toMoments(local, zoneName)
  if (moment === undefined)
    throw new Fault(
      `At ${text} the clocks in ${zoneName} were set forward; that time does not exist. Take an hour later.`,
    )
  const note = `${text} occurs twice in ${zoneName} as its clocks are set back; this is the first.`
  return { moment, note: repeated === undefined ? null : note }
}

function formatLocal({ year, month, day, hour, minute, second }: LocalTime): string {
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`
}
