const MINUTE = 60_000
const DAY = 86_400_000

/** A moment as the clocks of a zone show it. Months and days count from 1. */
export interface LocalTime {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

export function toLocal(moment: number, zone: string): LocalTime {
  const parts = new Map(
    formatterFor(zone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, value]),
  )
  const read = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type))
  return {
    year: parts.get('era') === 'BC' ? 1 - read('year') : read('year'),
    month: read('month'),
    day: read('day'),
    hour: read('hour'),
    minute: read('minute'),
    second: read('second'),
  }
}

/** Milliseconds the zone's clocks are ahead of UTC at that moment. */
export function offsetAt(moment: number, zone: string): number {
  const whole = Math.floor(moment / 1000) * 1000
  return toUtc(toLocal(whole, zone)) - whole
}

/**
 * The moments at which the zone's clocks show a local time, earliest first: one as a rule, two in the hour that an
 * autumn change repeats, none in the hour that a spring change leaves out.
 */
export function toMoments(local: LocalTime, zone: string): number[] {
  const asUtc = toUtc(local)
  // Offsets change at most once in the two days around, so the ones on either side are all there can be.
  const offsets = new Set([asUtc - DAY, asUtc + DAY].map((moment) => offsetAt(moment, zone)))
  const moments = [...offsets].map((offset) => asUtc - offset)
  return moments.filter((moment) => toUtc(toLocal(moment, zone)) === asUtc).sort((a, b) => a - b)
}

/** `+09:00` for an offset in milliseconds. */
export function formatOffset(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / MINUTE)
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

/** The local time read as if it were UTC: for comparing clock readings and for whole days. */
export function toUtc({ year, month, day, hour, minute, second }: LocalTime): number {
  // Date.UTC would take the years 0 to 99 for 1900 to 1999.
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.setUTCHours(hour, minute, second)
}

function formatterFor(timeZone: string): Intl.DateTimeFormat {
  const number = 'numeric'
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    era: 'short',
    year: number,
    month: number,
    day: number,
    hour: number,
    minute: number,
    second: number,
  })
}
