/** Escape sequences of terminals (ECMA-48): control sequences, operating system commands, and the short ones. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const escapes = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]{0,2000}(?:\u0007|\u001B\\)?|[ -/]*[0-~])/g

/**
 * What nobody sees and a model reads all the same: control characters but tab and line feed, soft hyphens, zero-width and
 * bidirectional marks, variation selectors, the tag block, and halves of surrogate pairs.
 */
const unseen =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- these are what is looked for
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}\p{Cs}]/gu

/** Strips foreign text of everything that is not seen when it is read. Line breaks become line feeds. */
export function visibleText(text: string): string {
  return text
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(escapes, '')
    .replaceAll(unseen, '')
}

/** The same in one line of at most `maxChars`, for names and reasons. */
export function visibleLine(text: string, maxChars: number): string {
  const line = visibleText(text.slice(0, maxChars * 4))
    .replaceAll(/\s+/g, ' ')
    .trim()
  return line.length <= maxChars ? line : `${line.slice(0, maxChars - 1).toWellFormed()}…`
}
