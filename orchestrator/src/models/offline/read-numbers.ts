/** A number in a text, and what stands beside it. */
export interface NumberFact {
  kind: 'number'
  value: number
  start: number
  end: number
  percent: boolean
  /** ISO 4217, where a sign says so. */
  currency: string | null
  /** Written as a word, as in "three". */
  spelled: boolean
}

const signs: Record<string, string> = {
  $: 'USD',
  '€': 'EUR',
  '£': 'GBP',
  '¥': 'JPY',
  '₹': 'INR',
  '₩': 'KRW',
  '₽': 'RUB',
}
const units =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'
const spelledValues = new Map<string, number>([
  ...units.split(' ').map((word, value): [string, number] => [word, value]),
  ...tens.split(' ').map((word, index): [string, number] => [word, (index + 2) * 10]),
  ['dozen', 12],
  ['hundred', 100],
  ['thousand', 1000],
  ['million', 1_000_000],
])

const digits =
  /(?<![\p{L}\d.])(?<sign>[-+−](?<![\d)\p{L}]\s?[-+−]))?(?<currency>[$€£¥₹₩₽]\s?)?(?<amount>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)(?<scale>[kK](?![\p{L}\d])|\s(?:thousand|million|billion)\b)?(?<after>\s?[%€£$](?!\d)|\s?per\s?cent\b)?/gu

/** Finds all numbers: digits with thousands separators, percent and currency signs, and numbers spelled in English. */
export function readNumbers(text: string): NumberFact[] {
  const found: NumberFact[] = []
  for (const match of text.matchAll(digits)) {
    const end = match.index + match[0].length
    // "e2e4" and "4th" are not numbers; "5km" is.
    if (/^(?:\p{L}\d|st\b|nd\b|rd\b|th\b)/u.test(text.slice(end))) continue
    found.push(toFact(match, end))
  }
  for (const match of text.matchAll(
    /\b(?:(?:twen|thir|for|fif|six|seven|eigh|nine)ty[- ](?:one|two|three|four|five|six|seven|eight|nine)|[a-z]+)\b/giu,
  )) {
    const value = readSpelled(match[0].toLowerCase())
    if (value === null) continue
    const end = match.index + match[0].length
    found.push({ kind: 'number', value, start: match.index, end, percent: false, currency: null, spelled: true })
  }
  // "How many seconds are in a day": of one day.
  const single = /^\s*how many\b.{0,40}?\b(?:in|is|are|make|makes)\s+(?<article>an?)\s\p{L}/iu.exec(text)
  if (single !== null) {
    const start = single[0].search(/\san?\s\p{L}$/iu) + 1
    const end = start + (single.groups?.['article']?.length ?? 1)
    found.push({ kind: 'number', value: 1, start, end, percent: false, currency: null, spelled: true })
  }
  return found.toSorted((one, other) => one.start - other.start)
}

function toFact(match: RegExpExecArray, end: number): NumberFact {
  const { sign, currency, amount = '0', scale, after } = match.groups ?? {}
  const value = Number(amount.replaceAll(',', '')) * scaleOf(scale) * (sign && sign !== '+' ? -1 : 1)
  const mark = currency?.trim() ?? after?.trim() ?? ''
  const percent = after !== undefined && /%|cent/.test(after)
  return { kind: 'number', value, start: match.index, end, percent, currency: signs[mark] ?? null, spelled: false }
}

function scaleOf(scale: string | undefined): number {
  switch (scale?.trim().toLowerCase()) {
    case 'k':
    case 'thousand':
      return 1000
    case 'million':
      return 1_000_000
    case 'billion':
      return 1_000_000_000
    default:
      return 1
  }
}

function readSpelled(phrase: string): number | null {
  const [first = '', second] = phrase.split(/[- ]/)
  const value = spelledValues.get(first)
  if (value === undefined || second === undefined) return value ?? null
  return value >= 20 && value < 100 ? value + (spelledValues.get(second) ?? 0) : value
}
