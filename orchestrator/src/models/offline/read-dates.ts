/** A day, a time of day, or both, as a person wrote it. */
export interface DateFact {
  kind: 'date'
  start: number
  end: number
  /** `YYYY-MM-DD`; null where only a time was named. */
  day: string | null
  /** `HH:MM:SS`; null where only a day was named. */
  time: string | null
  /** `Z` or `+HH:MM`, where it was written. */
  offset: string | null
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const weekdays = 'sun mon tue wed thu fri sat'.split(' ')
const monthName =
  '(?<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?'
const dayNumber = '(?<day>\\d{1,2})(?:st|nd|rd|th)?'
const yearPart = '(?:,?\\s+(?<year>\\d{4}))?'

type Reader = (groups: Record<string, string | undefined>, today: Date) => Partial<DateFact> | null

const readers: [RegExp, Reader][] = [
  [
    /\b(?<day>\d{4}-\d{2}-\d{2})(?:[T ](?<time>\d{2}:\d{2})(?::(?<seconds>\d{2})(?:\.\d+)?)?(?<offset>Z|[+-]\d{2}:?\d{2})?)?/gu,
    ({ day = null, time, seconds, offset = null }) => ({
      day,
      time: time === undefined ? null : `${time}:${seconds ?? '00'}`,
      offset,
    }),
  ],
  [/\b(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})\b/gu, ({ day, month, year }) => numeric(year, month, day)],
  [/\b(?<one>\d{1,2})\/(?<other>\d{1,2})\/(?<year>\d{4})\b/gu, readSlashes],
  [new RegExp(`\\b${monthName}\\s+${dayNumber}(?!\\d|:)${yearPart}\\b`, 'giu'), readNamed],
  [new RegExp(`\\b${dayNumber}(?:\\s+of)?\\s+${monthName}${yearPart}(?!\\p{L})`, 'giu'), readNamed],
  [/\bday after tomorrow\b/giu, (_, today) => ({ day: shift(today, 2) })],
  [/\bday before yesterday\b/giu, (_, today) => ({ day: shift(today, -2) })],
  [/\b(?:today|tonight)\b/giu, (_, today) => ({ day: shift(today, 0) })],
  [/\btomorrow\b/giu, (_, today) => ({ day: shift(today, 1) })],
  [/\byesterday\b/giu, (_, today) => ({ day: shift(today, -1) })],
  [
    /(?<!\b(?:are|is|seconds|minutes|hours|days|weeks|months)\s)\bin (?<count>\d+|an?|one|two|three|four|five|six) (?<unit>day|week|month|year|hour|minute)s?\b/giu,
    (groups, today) => readSpan(groups, today, 1),
  ],
  [
    /\b(?<count>\d+|an?|one|two|three|four|five|six) (?<unit>day|week|month|year|hour|minute)s? ago\b/giu,
    (groups, today) => readSpan(groups, today, -1),
  ],
  [/\bnext (?<unit>week|month|year)\b/giu, (groups, today) => readSpan(groups, today, 1)],
  [/\blast (?<unit>week|month|year)\b/giu, (groups, today) => readSpan(groups, today, -1)],
  [
    /\b(?:(?<which>next|this|last|coming)\s+)?(?<weekday>(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat)(?:day)?)\b/giu,
    readWeekday,
  ],
  [/\b(?<hour>\d{1,2})(?::(?<minute>\d{2}))?\s?(?<half>[ap])\.?m\b\.?/giu, readHalfDay],
  [
    /\b(?<hour>[01]?\d|2[0-3]):(?<minute>[0-5]\d)(?::(?<second>[0-5]\d))?\b/gu,
    ({ hour, minute, second }) => clock(hour, minute, second),
  ],
  [/\bat (?<hour>[01]?\d|2[0-3]) o'?clock\b/giu, ({ hour }) => clock(hour, '00')],
  [/\bchristmas(?: day)?\b/giu, (_, today) => readNamed({ month: 'dec', day: '25' }, today)],
  [/\bnew year'?s eve\b/giu, (_, today) => readNamed({ month: 'dec', day: '31' }, today)],
  [/\bnew year(?:'?s(?: day)?)?\b/giu, (_, today) => readNamed({ month: 'jan', day: '1' }, today)],
  [/\bnoon\b/giu, () => clock('12', '00')],
  [/\bmidnight\b/giu, () => clock('0', '00')],
]

/** Finds days and times, absolute and relative to `today`, and joins a day with the time beside it. */
export function readDates(text: string, today: Date): DateFact[] {
  const found: DateFact[] = []
  for (const [pattern, read] of readers) {
    for (const match of text.matchAll(pattern)) {
      const start = match.index
      const end = start + match[0].length
      if (found.some((other) => start < other.end && end > other.start)) continue
      const fact = read(match.groups ?? {}, today)
      if (fact !== null) found.push({ kind: 'date', day: null, time: null, offset: null, ...fact, start, end })
    }
  }
  return join(
    found.toSorted((one, other) => one.start - other.start),
    text,
  )
}

function join(facts: DateFact[], text: string): DateFact[] {
  const joined: DateFact[] = []
  for (const fact of facts) {
    const last = joined.at(-1)
    const between = last === undefined ? '' : text.slice(last.end, fact.start)
    const fits =
      last !== undefined && (last.day === null) !== (fact.day === null) && (last.time === null) !== (fact.time === null)
    if (fits && /^(?:\s|,|\bat\b|\bon\b)*$/iu.test(between)) {
      const whole = { ...last, day: last.day ?? fact.day, time: last.time ?? fact.time, end: fact.end }
      joined[joined.length - 1] = whole
    } else joined.push(fact)
  }
  return joined
}

function readNamed(
  { month = '', day = '', year }: Record<string, string | undefined>,
  today: Date,
): Partial<DateFact> | null {
  const index = months.indexOf(month.slice(0, 3).toLowerCase())
  if (year !== undefined) return numeric(year, String(index + 1), day)
  const thisYear = numeric(String(today.getFullYear()), String(index + 1), day)
  const past = thisYear?.day !== undefined && thisYear.day !== null && thisYear.day < shift(today, 0)
  return past ? numeric(String(today.getFullYear() + 1), String(index + 1), day) : thisYear
}

function readSlashes({ one = '', other = '', year }: Record<string, string | undefined>): Partial<DateFact> | null {
  return Number(one) > 12 ? numeric(year, other, one) : numeric(year, one, other)
}

function readWeekday(
  { which, weekday = '' }: Record<string, string | undefined>,
  today: Date,
): Partial<DateFact> | null {
  // "sun" and "sat" alone are a star and a verb.
  if (weekday.length < 6 && which === undefined && /^(?:sun|sat|wed|mon)$/i.test(weekday)) return null
  const target = weekdays.indexOf(weekday.slice(0, 3).toLowerCase())
  const ahead = (target - today.getDay() + 7) % 7 || 7
  return { day: shift(today, which?.toLowerCase() === 'last' ? ahead - 7 || -7 : ahead) }
}

function readSpan(
  { count = '1', unit = 'day' }: Record<string, string | undefined>,
  today: Date,
  sign: number,
): Partial<DateFact> {
  const words = ['zero', 'one', 'two', 'three', 'four', 'five', 'six']
  const spelled = /^an?$/i.test(count) ? 1 : words.indexOf(count.toLowerCase())
  const amount = sign * (spelled >= 0 ? spelled : Number(count))
  const date = new Date(today)
  if (unit === 'hour' || unit === 'minute') {
    date.setTime(date.getTime() + amount * (unit === 'hour' ? 3_600_000 : 60_000))
    return { day: shift(date, 0), time: timeOf(date) }
  }
  if (unit === 'month') date.setMonth(date.getMonth() + amount)
  else if (unit === 'year') date.setFullYear(date.getFullYear() + amount)
  else date.setDate(date.getDate() + amount * (unit === 'week' ? 7 : 1))
  return { day: shift(date, 0) }
}

function readHalfDay({ hour = '0', minute, half = 'a' }: Record<string, string | undefined>): Partial<DateFact> | null {
  if (Number(hour) > 12) return null
  return clock(String((Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0)), minute ?? '00')
}

function clock(hour = '0', minute = '00', second = '00'): Partial<DateFact> {
  return { time: `${hour.padStart(2, '0')}:${minute}:${second}` }
}

function numeric(year = '', month = '', day = ''): Partial<DateFact> | null {
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const date = new Date(`${text}T00:00:00Z`)
  return Number.isNaN(date.getTime()) || !date.toISOString().startsWith(text) ? null : { day: text }
}

function shift(date: Date, days: number): string {
  const moved = new Date(date.getFullYear(), date.getMonth(), date.getDate() + days)
  const part = (value: number): string => String(value).padStart(2, '0')
  return `${moved.getFullYear()}-${part(moved.getMonth() + 1)}-${part(moved.getDate())}`
}

function timeOf(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}
