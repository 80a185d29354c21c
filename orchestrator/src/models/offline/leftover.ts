import { areRelated } from './concepts.ts'
import { isBoundary } from './phrases.ts'
import type { Phrase } from './phrases.ts'
import type { Reading } from './reading.ts'
import { isKin, isStopWord } from './words.ts'
import type { Word } from './words.ts'

interface Span {
  start: number
  end: number
}

const commands = new Set(
  'do make put find get give show tell search look check set add create run start please use call take bring fetch try calculate compute convert open write draft send play pick schedule plan order buy'.split(
    ' ',
  ),
)

/**
 * What a clause says beside the values already read from it, without the words that merely ask for the tool:
 * of "Search for red shoes under $50", once the price is taken, "red shoes".
 */
export function leftovers(reading: Reading, used: readonly Span[]): Phrase[] {
  const { clause } = reading
  const taken = used.map((span) => widen(clause.text, span)).toSorted((one, other) => one.start - other.start)
  const gaps: Span[] = []
  let from = 0
  for (const span of taken) {
    if (span.start > from) gaps.push({ start: from, end: span.start })
    from = Math.max(from, span.end)
  }
  gaps.push({ start: from, end: clause.text.length })
  return gaps.flatMap((gap) => trimGap(reading, gap) ?? [])
}

/** A value's preposition and article go with it. */
function widen(text: string, span: Span): Span {
  const lead =
    /(?:\b(?:the|an?|my|our|is|are|at|on|by|until|from|to|into|for|since|in|with|under|over|of|and|as|using)\s+)+$/iu.exec(
      text.slice(0, span.start),
    )
  return { start: span.start - (lead?.[0].length ?? 0), end: span.end }
}

function trimGap(reading: Reading, gap: Span): Phrase | null {
  const { clause } = reading
  const words = clause.words.filter((word) => word.start >= gap.start && word.end <= gap.end)
  let head = 0
  let cut = 0
  while (head < words.length && isAsking(words[head], reading)) {
    const word = words[head]
    head += 1
    if (word !== undefined && isCommand(word, reading)) cut = head
    // "Remember to call mom": what follows is what to remember, whatever it tells to do.
    if (/^(?:to|that)$/iu.test(word?.text ?? '') && cut > 0 && cut === head - 1) {
      cut = head
      break
    }
    // A colon after the asking words ends them for good.
    if (word !== undefined && /^\s*:/u.test(clause.text.slice(word.end))) {
      cut = head
      break
    }
  }
  if (cut === 0) cut = head
  while (cut < words.length && isLink(words[cut]?.text ?? '')) cut += 1
  const tail = trimTail(reading, words, cut)
  const first = words[cut]
  const last = words[tail - 1]
  if (first === undefined || last === undefined || tail <= cut) return null
  const text = clause.text.slice(first.start, last.end)
  const closing = /^[)\]"'”]+/u.exec(clause.text.slice(last.end))?.[0] ?? ''
  return { text: text + (/[("'“[]/u.test(text) ? closing : ''), start: first.start, end: last.end }
}

function isAsking(word: Word | undefined, reading: Reading): boolean {
  return word !== undefined && (isStopWord(word.text) || isBoundary(word.text) || isCommand(word, reading))
}

function isCommand(word: Word, { toolStems, aboutStems }: Reading): boolean {
  if (commands.has(word.text.toLowerCase()) || aboutStems.has(word.stem)) return true
  return (
    [...aboutStems].some((part) => isKin(part, word.stem)) || [...toolStems].some((part) => areRelated(part, word.stem))
  )
}

function isLink(word: string): boolean {
  return /^(?:the|an?|that|to|of|for|about|in|on|with|from|at|is|are|my|me|up|some|into)$/iu.test(word)
}

/** Cuts "… into my calendar", "… mean" and "… please" off the end. */
function trimTail(reading: Reading, words: Word[], from: number): number {
  let tail = words.length
  for (let changed = true; changed && tail > from;) {
    changed = false
    const last = words[tail - 1]
    if (last === undefined) break
    if (/^(?:means?|please|now|thanks|and|or|to|of|for|in|on|with|at|the|an?|is|from|by)$/iu.test(last.text)) {
      tail -= 1
      changed = true
    } else if (isCommand(last, reading)) {
      const cut = prepositionBefore(words, tail - 1, from)
      changed = cut !== null
      tail = cut ?? tail
    }
  }
  return tail
}

function prepositionBefore(words: Word[], index: number, from: number): number | null {
  let at = index - 1
  while (at > from && /^(?:the|my|our|an?|this|that)$/iu.test(words[at]?.text ?? '')) at -= 1
  return at > from && /^(?:in|into|to|on|from|with|using|at|for)$/iu.test(words[at]?.text ?? '') ? at : null
}
