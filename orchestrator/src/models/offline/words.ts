/** A word of a text and where it stands. */
export interface Word {
  text: string
  stem: string
  start: number
  end: number
}

/** Words that say nothing about what a question is after. */
const stopWords = new Set(
  (
    'a an the this that these those it its is are was were be been am do does did can could would will shall should may might must ' +
    'have has had i me my mine we us our you your he she they them their what which who whom whose when where why how ' +
    'please kindly just some any all to from into in on at of for with by about as and or but so then also too there here now ' +
    'right want need like let give tell show go if not no than up out s t d ll re m im id lets hey hi hello ok okay much many me ' +
    'between during without while one something thing things very really'
  ).split(' '),
)

/** Splits a text into words, with light stemming. Letters of any script count; `max-length`, `maxLength` are two words. */
export function readWords(text: string): Word[] {
  const words: Word[] = []
  for (const match of text.matchAll(/[\p{L}\p{N}]+/gu)) {
    let start = match.index
    for (const piece of match[0].split(/(?<=\p{Ll})(?=\p{Lu})/u)) {
      words.push({ text: piece, stem: stem(piece), start, end: start + piece.length })
      start += piece.length
    }
  }
  return words
}

/** The stems of all words that carry meaning, each once. */
export function contentStems(text: string): Set<string> {
  const stems = new Set<string>()
  for (const word of readWords(text)) if (!isStopWord(word.text)) stems.add(word.stem)
  return stems
}

export function isStopWord(word: string): boolean {
  return stopWords.has(word.toLowerCase())
}

/** Cuts the commonest English endings, so that "converting", "converts" and "convert" are one. */
export function stem(word: string): string {
  let root = plain(word)
  if (root.length > 4 && root.endsWith('ies')) root = root.slice(0, -3) + 'y'
  else if (root.length > 4 && /(?:s|x|ch|sh)es$/.test(root)) root = root.slice(0, -2)
  else if (root.length > 3 && /[^su]s$/.test(root)) root = root.slice(0, -1)
  if (root.length > 5 && root.endsWith('ing')) root = undouble(root.slice(0, -3))
  else if (root.length > 4 && root.endsWith('ed')) root = undouble(root.slice(0, -2))
  else if (root.length > 6 && root.endsWith('ion')) root = root.slice(0, -3)
  if (root.length > 3 && root.endsWith('e')) root = root.slice(0, -1)
  return root
}

/** Lower case, without accents: how two spellings of a name are compared. */
export function plain(text: string): string {
  // Most words are plain ASCII, which needs no taking apart.
  if (/^[\w\s.,'-]*$/.test(text)) return text.toLowerCase()
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
}

/** "defin(e)" and "definit(ion)": a shared beginning too long for an accident. */
export function isKin(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one]
  return short.length >= 5 && long.startsWith(short) && long.length - short.length <= 4
}

function undouble(root: string): string {
  return /([bdgmnprt])\1$/.test(root) ? root.slice(0, -1) : root
}
