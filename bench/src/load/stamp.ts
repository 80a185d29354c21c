/** Digits of a stamp: microseconds of the machine's monotonic clock, which all its processes share, in base 36. */
const DIGITS = 9

/** What a token consists of: the moment it was sent, found again on the other side of any peer. */
export function stamp(micros = nowMicros()): string {
  return `@${Math.floor(micros).toString(36).padStart(DIGITS, '0')}@`
}

function nowMicros(): number {
  const [seconds, nanos] = process.hrtime()
  return seconds * 1e6 + nanos / 1e3
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
  const now = nowMicros()
  const found = bytes.toString('latin1').matchAll(/@([0-9a-z]{9})@/g)
  return Array.from(found, (match) => (now - Number.parseInt(match[1] ?? '0', 36)) / 1000)
}
