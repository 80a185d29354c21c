import { plain } from './words.ts'

/** A place or an abbreviation that stands for a time zone. */
export interface PlaceFact {
  /** IANA name, e.g. `Asia/Tokyo`. */
  zone: string
  start: number
  end: number
}

/** Large cities that give no zone its name, countries of several zones, and common abbreviations. */
const more: Record<string, string> = {
  'America/New_York':
    'usa,us,united states,washington,washington dc,boston,miami,atlanta,philadelphia,nyc,new york city,eastern time,est,edt,et',
  'America/Chicago': 'houston,dallas,austin,texas,minneapolis,new orleans,central time,cst,cdt',
  'America/Denver': 'salt lake city,mountain time,mst,mdt',
  'America/Los_Angeles':
    'san francisco,seattle,san diego,las vegas,portland,california,silicon valley,la,sf,pacific time,pst,pdt,pt',
  'America/Toronto': 'canada,ottawa,montreal,quebec',
  'America/Sao_Paulo': 'brazil,rio,rio de janeiro,brasilia',
  'America/Mexico_City': 'mexico',
  'America/Argentina/Buenos_Aires': 'argentina',
  'America/Santiago': 'chile',
  'Europe/London': 'england,scotland,wales,great britain,britain,uk,united kingdom,manchester,edinburgh,glasgow,bst',
  'Europe/Berlin': 'germany,munich,hamburg,frankfurt,cologne,stuttgart,dusseldorf,leipzig,cet,cest',
  'Europe/Paris': 'lyon,marseille,nice',
  'Europe/Madrid': 'spain,barcelona,valencia,seville',
  'Europe/Lisbon': 'portugal,porto',
  'Europe/Rome': 'milan,naples,turin,florence,venice',
  'Europe/Zurich': 'geneva,bern,basel',
  'Europe/Amsterdam': 'holland,the hague,rotterdam',
  'Europe/Warsaw': 'krakow',
  'Europe/Kyiv': 'kiev,ukraine',
  'Europe/Moscow': 'russia,st petersburg,saint petersburg,msk',
  'Europe/Istanbul': 'ankara,turkey',
  'Asia/Tokyo': 'osaka,kyoto,jst',
  'Asia/Shanghai': 'china,beijing,shenzhen,guangzhou',
  'Asia/Kolkata': 'india,mumbai,delhi,new delhi,bangalore,bengaluru,chennai,hyderabad,ist',
  'Asia/Ho_Chi_Minh': 'vietnam,hanoi,saigon',
  'Asia/Jakarta': 'indonesia',
  'Asia/Kuala_Lumpur': 'malaysia',
  'Asia/Jerusalem': 'tel aviv',
  'Asia/Dubai': 'abu dhabi',
  'Asia/Seoul': 'korea,kst',
  'Africa/Johannesburg': 'cape town,pretoria,durban',
  'Africa/Lagos': 'abuja',
  'Africa/Nairobi': 'mombasa',
  'Australia/Sydney': 'australia,canberra,aest,aedt',
  'Pacific/Auckland': 'new zealand,wellington',
  'Pacific/Honolulu': 'hawaii',
  UTC: 'utc,gmt,zulu,universal time,greenwich',
}

let known: Map<string, string> | null = null

/** Finds the places and abbreviations that name a time zone, and IANA names as such, in the order they stand. */
export function readPlaces(text: string): PlaceFact[] {
  known ??= knowPlaces()
  const found: PlaceFact[] = []
  for (const match of text.matchAll(/\b[A-Z][A-Za-z]+\/[A-Z][A-Za-z_]+(?:\/[A-Z][A-Za-z_]+)?|\bUTC\b/gu)) {
    if (isZone(match[0])) found.push({ zone: match[0], start: match.index, end: match.index + match[0].length })
  }
  const words = [...text.matchAll(/[\p{L}\p{M}.]+/gu)]
  for (let index = 0; index < words.length; index += 1) {
    const hit = longestName(text, words, index, known)
    if (hit === null || found.some((other) => hit.start < other.end && hit.end > other.start)) continue
    found.push(hit)
    while (index + 1 < words.length && (words[index + 1]?.index ?? 0) < hit.end) index += 1
  }
  return found.toSorted((one, other) => one.start - other.start)
}

function longestName(
  text: string,
  words: RegExpExecArray[],
  index: number,
  places: Map<string, string>,
): PlaceFact | null {
  const start = words[index]?.index ?? 0
  for (let length = Math.min(4, words.length - index); length > 0; length -= 1) {
    const last = words[index + length - 1]
    const end = (last?.index ?? 0) + (last?.[0].replace(/\.$/u, '').length ?? 0)
    const spelling = text.slice(start, end)
    // Abbreviations such as IST and US count in capitals only, unless nothing else is meant by them.
    if (spelling.length <= 3 && spelling !== spelling.toUpperCase() && !/^(?:utc|gmt|usa|nyc)$/iu.test(spelling))
      continue
    const zone = places.get(plain(spelling.replaceAll(/[.\s]+/gu, ' ').trim()))
    if (zone !== undefined) return { zone, start, end }
  }
  return null
}

function knowPlaces(): Map<string, string> {
  const places = new Map<string, string>()
  addCountries(places)
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    if (!/^(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)\//u.test(zone)) continue
    const city = zone.split('/').at(-1) ?? ''
    if (/^(?:North|South|West|Center|Easter|Christmas|Troll|Casey|Davis|Vostok)$/u.test(city)) continue
    places.set(plain(city.replaceAll(/[_-]/gu, ' ')), zone)
  }
  for (const [zone, names] of Object.entries(more)) for (const name of names.split(',')) places.set(name, zone)
  return places
}

/** Countries that lie in one zone, by the runtime's own tables. */
function addCountries(places: Map<string, string>): void {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('')
  for (const code of letters.flatMap((first) => letters.map((second) => first + second))) {
    const name = names.of(code)
    const zones = name === undefined ? [] : zonesOf(code)
    if (name !== undefined && zones[0] !== undefined) places.set(plain(name), zones[0])
  }
}

function zonesOf(country: string): string[] {
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & { getTimeZones?: () => string[] }
  return locale.getTimeZones?.() ?? []
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
