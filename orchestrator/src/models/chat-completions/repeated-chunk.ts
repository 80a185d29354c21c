/**
 * Servers write one chunk like the other: 300 bytes, of which a word is new. Where a chunk is the last one with another word
 * in it, its word is read and the rest is not parsed again.
 */
export interface RepeatedChunk {
  /** The text that `data` says, where it is what was learnt with another text; else null. */
  read(data: string): string | null
  /** A chunk that is not like the one before, which may be what the next ones are like. */
  learn(data: string): void
}

/** So many chunks must have been read before another is learnt, or it is a server whose chunks are never alike. */
const WORTH = 8
/** Until then it has this many tries. */
const TRIES = 3

/** A longer chunk is no word of an answer, and would only be read twice. */
const MOST_LEARNT = 4096

/** Longer texts would keep the whole chunk in memory, of which they are a slice. */
const COPIED_LENGTH = 12

const literal = /"(?:[^"\\]|\\.)*"/y

/** @param textOf what a whole reading of a chunk says, where it says text and nothing else; else null */
export function createRepeatedChunk(textOf: (data: string) => string | null): RepeatedChunk {
  let around: Around | null = null
  let reads = 0
  let tries = 0

  return {
    read(data) {
      if (around === null) return null
      const { before, after } = around
      const end = data.length - after.length
      // Compared by slices: `startsWith` takes ten times as long.
      if (end < before.length || data.slice(0, before.length) !== before || data.slice(end) !== after) return null
      const said = unquote(data.slice(before.length, end))
      if (said !== null) reads += 1
      return said
    },
    learn(data) {
      if (data.length > MOST_LEARNT || (reads < WORTH && tries >= TRIES)) return
      around = aroundText(data, textOf)
      tries = reads < WORTH ? tries + 1 : 1
      reads = 0
    },
  }
}

/** A chunk without its text, from quote to quote. */
interface Around {
  before: string
  after: string
}

/** Proven by trying: with any other text in that place, the chunk says that text and nothing else. */
function aroundText(data: string, textOf: (data: string) => string | null): Around | null {
  const key = /"content"\s*:\s*/.exec(data)
  if (key === null) return null
  literal.lastIndex = key.index + key[0].length
  const found = literal.exec(data)
  if (found === null) return null
  const before = copy(data.slice(0, found.index + 1))
  const after = copy(data.slice(literal.lastIndex - 1))
  return textOf(`${before}${TRIAL}${after}`) === TRIAL ? { before, after } : null
}

const TRIAL = 'another text'

/** The text between the quotes of a JSON string; null where it is none. */
function unquote(inner: string): string | null {
  if (inner.length <= COPIED_LENGTH && isPlain(inner)) return inner
  try {
    return JSON.parse(`"${inner}"`) as string
  } catch {
    return null
  }
}

/** Means itself between the quotes of a JSON string. */
function isPlain(inner: string): boolean {
  for (let at = 0; at < inner.length; at++) {
    const code = inner.charCodeAt(at)
    if (code < 0x20 || code === 0x22 || code === 0x5c) return false
  }
  return true
}

/** What is sliced from a text keeps all of it in memory. */
function copy(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string
}
