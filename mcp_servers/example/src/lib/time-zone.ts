import { Fault } from './fault.ts'

const MINUTE = 60_000
const DAY = 86_400_000

// The tz database names one city for a zone; these large ones are not among them.
const OTHER_CITIES: Record<string, string> = {
  beijing: 'Asia/Shanghai',
  shenzhen: 'Asia/Shanghai',
  mumbai: 'Asia/Kolkata',
  delhi: 'Asia/Kolkata',
  'new delhi': 'Asia/Kolkata',
  bangalore: 'Asia/Kolkata',
  osaka: 'Asia/Tokyo',
  kyoto: 'Asia/Tokyo',
  hanoi: 'Asia/Ho_Chi_Minh',
  'tel aviv': 'Asia/Jerusalem',
  'abu dhabi': 'Asia/Dubai',
  'st petersburg': 'Europe/Moscow',
  munich: 'Europe/Berlin',
  hamburg: 'Europe/Berlin',
  frankfurt: 'Europe/Berlin',
  cologne: 'Europe/Berlin',
  milan: 'Europe/Rome',
  barcelona: 'Europe/Madrid',
  geneva: 'Europe/Zurich',
  lyon: 'Europe/Paris',
  rotterdam: 'Europe/Amsterdam',
  edinburgh: 'Europe/London',
  manchester: 'Europe/London',
  'new york city': 'America/New_York',
  nyc: 'America/New_York',
  boston: 'America/New_York',
  washington: 'America/New_York',
  miami: 'America/New_York',
  atlanta: 'America/New_York',
  dallas: 'America/Chicago',
  houston: 'America/Chicago',
  austin: 'America/Chicago',
  seattle: 'America/Los_Angeles',
  'san francisco': 'America/Los_Angeles',
  'san diego': 'America/Los_Angeles',
  montreal: 'America/Toronto',
  ottawa: 'America/Toronto',
  calgary: 'America/Edmonton',
  'rio de janeiro': 'America/Sao_Paulo',
  brasilia: 'America/Sao_Paulo',
  'cape town': 'Africa/Johannesburg',
  canberra: 'Australia/Sydney',
  wellington: 'Pacific/Auckland',
}
const REGIONS = [
  'Europe',
  'Asia',
  'America',
  'Africa',
  'Australia',
  'Pacific',
  'Atlantic',
  'Indian',
  'Antarctica',
  'America/Argentina',
  'America/Indiana',
  'America/Kentucky',
  'America/North_Dakota',
]

/** Finds the zone a person means by an IANA name, a city, or an offset like +05:30. A `Fault` if there is none. */
export function findZone(text: string): string {
  const wanted = text.trim().replaceAll(/\s+/g, ' ')
  const other = OTHER_CITIES[wanted.toLowerCase().replaceAll('.', '')]
  if (other !== undefined) return other
  const place = toZoneCase(wanted.split(',', 1)[0] ?? '')
  const candidates = [toZoneCase(wanted), place, ...REGIONS.map((region) => `${region}/${place}`), wanted.toUpperCase()]
  const zone = candidates.find(isZone)
  if (zone !== undefined) return zone
  throw new Fault(
    `"${text}" is no time zone known here. Use an IANA name such as Asia/Tokyo, a large city, or an offset.`,
  )
}

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

function toZoneCase(text: string): string {
  const words = text.replaceAll(' ', '_').toLowerCase()
  return words.replaceAll(
    /(^|[/_-])([a-z])/g,
    (_match, before: string, letter: string) => before + letter.toUpperCase(),
  )
}

function isZone(name: string): boolean {
  try {
    formatterFor(name)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
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
