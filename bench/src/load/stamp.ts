/**
 * Digits of a stamp: tens of microseconds of the machine's monotonic clock, which all its processes share, of the last
 * hundred seconds. Decimal: an answer of 300 stamps has some 900 different runs of three characters; one of 225 English
 * words, as many tokens, has 500. The search index costs by these; in base 36 they were 1,400.
 */
const DIGITS = 7
const CYCLE = 10 ** DIGITS

/** What a token consists of: the moment it was sent, found again on the other side of any peer. */
export function stamp(moment = now()): string {
  return `@${String(Math.floor(moment) % CYCLE).padStart(DIGITS, '0')}@`
}

/** Tens of microseconds. */
function now(): number {
  const [seconds, nanos] = process.hrtime()
  return seconds * 1e5 + nanos / 1e4
}

const AT = '@'.charCodeAt(0)

/** How many `@` the bytes hold: two make a token. */
export function countMarks(bytes: Buffer): number {
  let marks = 0
  for (let at = bytes.indexOf(AT); at >= 0; at = bytes.indexOf(AT, at + 1)) marks += 1
  return marks
}

/** Milliseconds since each whole stamp in the bytes was made. */
export function transitsOf(bytes: Buffer): number[] {
  const moment = now() % CYCLE
  const found = bytes.toString('latin1').matchAll(/@(\d{7})@/g)
  return Array.from(found, (match) => ((moment - Number(match[1]) + CYCLE) % CYCLE) / 100)
}
