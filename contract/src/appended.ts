/**
 * A text with a piece behind it. JavaScript keeps a text that grows as the tree of its pieces, 64 bytes for each word of an
 * answer, until it is read; so it is read now and then, which makes one piece of it.
 */
export function appended(text: string, piece: string): string {
  const joined = text + piece
  const stride = joined.length < LONG ? STRIDE : LONG
  if (Math.floor(text.length / stride) !== Math.floor(joined.length / stride)) ANYTHING.test(joined)
  return joined
}

/** Characters between two readings: some two hundred pieces. Each copies the whole text, so a long one is read less often. */
const STRIDE = 1024
const LONG = 65_536

/** Reads nothing, but of a text in one piece; that cannot be optimised away, as looking at a character can. */
const ANYTHING = /^/
