/**
 * What nobody sees and a model reads all the same: controls but tab and line ends, soft hyphens, zero-width spaces,
 * bidirectional overrides and isolates, fillers, variation selectors but those of emoji, and the tag block.
 */
const unseen =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- these are what is looked for
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0D\uFEFF\uFFA0\uFFF0-\uFFFB\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}]/gu

/** Scripts and emoji are joined by these, one at a time; a row of them spells something. */
const joiners = /([\u200C-\u200F])[\u200C-\u200F]+|([\uFE0E\uFE0F])[\uFE0E\uFE0F]+/gu

/** The three flags that Unicode spells in tags. */
const flags =
  /\u{1F3F4}\u{E0067}\u{E0062}(?:\u{E0065}\u{E006E}\u{E0067}|\u{E0073}\u{E0063}\u{E0074}|\u{E0077}\u{E006C}\u{E0073})\u{E007F}/gu

/** A text as it is seen: what hides in it is gone, and no honest writing of any language is changed. */
export function seenText(text: string): string {
  const kept = text.match(flags)
  const seen = text.split(flags).map((part) => part.replace(unseen, '').replace(joiners, '$1$2'))
  return kept === null ? seen.join('') : seen.map((part, at) => part + (kept[at] ?? '')).join('')
}

/** The same text with all that would not be seen written out, for what must be judged to the last character. */
export function spelledOut(text: string): string {
  // oxlint-disable-next-line no-misleading-character-class -- these are what is looked for
  return text.replace(
    new RegExp(`${unseen.source}|[\\u200C-\\u200F\\u2028\\u2029\\uFE0E\\uFE0F]`, 'gu'),
    (character) => {
      const code = character.codePointAt(0) ?? 0
      return `\\u{${code.toString(16).toUpperCase()}}`
    },
  )
}
