import { blank } from './read-clause.ts'
import type { Clause } from './read-clause.ts'
import { isStopWord, plain } from './words.ts'

/** A run of words and where it stands. */
export interface Phrase {
  text: string
  start: number
  end: number
}

const boundaries = new Set(
  (
    'from to into in at on for with by about between using via near called named titled entitled and or as that saying says until till under over ' +
    'within of since before after above below per whose who which is are was were containing starting ending than during without regarding'
  ).split(' '),
)

export function isBoundary(word: string): boolean {
  return boundaries.has(word.toLowerCase())
}

export interface PhraseOptions {
  /** Words that do not end it although they usually would. */
  through?: readonly string[]
  /** Goes on over commas. */
  list?: boolean
  /** Goes on to the end of the clause, or of the sentence. */
  long?: 'clause' | 'sentence'
}

/** The phrase that begins with word `index`: up to the next preposition, punctuation, quote or date. */
export function phraseFrom(clause: Clause, index: number, options: PhraseOptions = {}): Phrase | null {
  const first = clause.words[index]
  if (first === undefined) return null
  let end = first.start
  for (let at = index; at < clause.words.length; at += 1) {
    const word = clause.words[at]
    if (word === undefined || endsBefore(clause, word.start, at > index ? end : word.start, options)) break
    const text = word.text.toLowerCase()
    if (options.long === undefined && isBoundary(text) && !options.through?.includes(text)) break
    end = word.end
  }
  if (options.long === 'clause') end = clause.text.trimEnd().length
  return tidy(clause, first.start, end)
}

function endsBefore(clause: Clause, at: number, from: number, options: PhraseOptions): boolean {
  const between = clause.masked.slice(from, at)
  if (options.long === 'clause') return false
  if (/[.?!]\s|\n/u.test(between)) return true
  if (options.long === 'sentence') return false
  if (between.includes(blank) || /[;:()]/u.test(between) || (between.includes(',') && options.list !== true))
    return true
  return clause.facts.some((fact) => fact.kind === 'date' && at >= fact.start && at < fact.end)
}

/** Cuts articles, politeness and loose punctuation off both ends. */
export function tidy(clause: Clause, start: number, end: number): Phrase | null {
  const source = clause.text.slice(start, end)
  const lead = /^(?:[\s,;:.!?)\]-]|\b(?:the|an?|my|our|some|please)\s)*/iu.exec(source)?.[0].length ?? 0
  const body = source
    .slice(lead)
    .replace(/(?:[\s,;:.!?([-]|\b(?:please|right now|now|for me|means?|and|or|of|the|an?|thanks)$)+$/iu, '')
  if (body === '' || /^\W+$/u.test(plain(body)) || body.includes(blank)) return null
  return { text: body, start: start + lead, end: start + lead + body.length }
}

/** All phrases that follow one of the prepositions, in the order of the prepositions given. */
export function phrasesAfter(clause: Clause, prepositions: readonly string[], options: PhraseOptions = {}): Phrase[] {
  const phrases: Phrase[] = []
  for (const preposition of prepositions) {
    clause.words.forEach((word, index) => {
      if (word.text.toLowerCase() !== preposition) return
      const phrase = phraseFrom(clause, index + 1, options)
      if (phrase !== null) phrases.push(phrase)
    })
  }
  return phrases
}

/** Runs of capitalised words, not counting the one that opens the clause unless more follow it. */
export function properNames(clause: Clause): Phrase[] {
  const names: Phrase[] = []
  const pattern =
    /(?<![\p{L}\p{N}])\p{Lu}[\p{L}\p{N}'’-]*(?:\s+(?:of|de|do|da|del|van|von|la|le)\s+\p{Lu}[\p{L}\p{N}'’-]*|\s+\p{Lu}[\p{L}\p{N}'’-]*)*/gu
  for (const match of clause.masked.matchAll(pattern)) {
    const opensSentence = /(?:^|[.?!]\s)\s*$/u.test(clause.masked.slice(0, match.index))
    const [first = ''] = match[0].split(/\s/u)
    if (match[0].length < 2 || (opensSentence && (isStopWord(first) || first === match[0]))) continue
    names.push({ text: match[0], start: match.index, end: match.index + match[0].length })
  }
  return names
}
