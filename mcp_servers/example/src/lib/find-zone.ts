import { Fault } from './fault.ts'
import { formatOffset } from './time-zone.ts'

const HOUR = 3_600_000

// The tz database names one city for a zone; these large ones are not among them.
const OTHER_CITIES = new Map(
  Object.entries({
    'Africa/Johannesburg': 'cape town, durban, pretoria',
    'America/Chicago': 'austin, dallas, houston, minneapolis, new orleans',
    'America/Edmonton': 'calgary',
    'America/Los_Angeles': 'las vegas, portland, san diego, san francisco, san jose, seattle',
    'America/New_York': 'atlanta, boston, miami, new york city, nyc, philadelphia, washington, washington dc',
    'America/Sao_Paulo': 'brasilia, rio de janeiro',
    'America/Toronto': 'montreal, ottawa, quebec',
    'Asia/Dubai': 'abu dhabi',
    'Asia/Ho_Chi_Minh': 'hanoi',
    'Asia/Jerusalem': 'tel aviv',
    'Asia/Karachi': 'islamabad, lahore',
    'Asia/Kolkata': 'bangalore, bengaluru, chennai, delhi, hyderabad, mumbai, new delhi, pune',
    'Asia/Shanghai': 'beijing, guangzhou, shenzhen',
    'Asia/Tokyo': 'kyoto, osaka, sapporo, yokohama',
    'Australia/Sydney': 'canberra',
    'Europe/Amsterdam': 'rotterdam, the hague',
    'Europe/Berlin': 'cologne, dusseldorf, frankfurt, hamburg, munich, stuttgart',
    'Europe/Kyiv': 'lviv, odesa',
    'Europe/London': 'birmingham, cardiff, edinburgh, glasgow, manchester',
    'Europe/Madrid': 'barcelona, seville, valencia',
    'Europe/Moscow': 'saint petersburg, st petersburg',
    'Europe/Paris': 'lyon, marseille',
    'Europe/Rome': 'florence, milan, naples, turin, venice',
    'Europe/Warsaw': 'krakow',
    'Europe/Zurich': 'basel, bern, geneva',
    'Pacific/Auckland': 'christchurch, wellington',
  }).flatMap(([zone, cities]) => cities.split(', ').map((city) => [city, zone] as const)),
)
const REGIONS =
  'Europe Asia America Africa Australia Pacific Atlantic Indian America/Argentina America/Indiana America/Kentucky Arctic Antarctica'

/** Finds the zone a person means by an IANA name, a city, or an offset like +05:30. A `Fault` if there is none. */
export function findZone(text: string): string {
  const wanted = text.trim().replaceAll(/\s+/g, ' ')
  const place = wanted.split(',', 1)[0] ?? ''
  const other = OTHER_CITIES.get(place.toLowerCase().replaceAll('.', ''))
  if (other !== undefined) return other
  const candidates = [toOffset(wanted), wanted, place, ...REGIONS.split(' ').map((region) => `${region}/${place}`)]
  for (const candidate of candidates) {
    const zone = toZone(toZoneCase(candidate))
    if (zone !== null) return zone
  }
  throw new Fault(
    `"${text}" is no time zone known here. Use an IANA name such as Asia/Tokyo, a large city, or an offset like +05:30.`,
  )
}

/** `UTC+3` as `+03:00`; anything else as it is. */
function toOffset(text: string): string {
  const hours = /^(?:utc|gmt) ?([+-]\d{1,2})$/i.exec(text)?.[1]
  return hours === undefined ? text.replace(/^(?:utc|gmt) ?(?=[+-]\d)/i, '') : formatOffset(Number(hours) * HOUR)
}

function toZoneCase(text: string): string {
  const words = text.replaceAll(' ', '_').toLowerCase()
  return words.replaceAll(
    /(^|[/_-])([a-z])/g,
    (_match, before: string, letter: string) => before + letter.toUpperCase(),
  )
}

/** The name in its proper case. Where the runtime knows a place under an older name, the one asked for stays. */
function toZone(name: string): string | null {
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
    return name.includes('/') && known.toLowerCase() !== name.toLowerCase() ? name : known
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
