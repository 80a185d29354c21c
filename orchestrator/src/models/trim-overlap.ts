/**
 * Joins a continuation to the text it continues. A model that was asked to go on often says the end once more, or starts over
 * from the beginning; what it repeats is held back until it is known, then dropped, so that what comes out follows the
 * prefix directly.
 *
 * Text that merely resembles the end is kept: a repetition counts only where it reaches the prefix's very end and is the whole prefix,
 * or at least `shortestTail` characters that the prefix does not itself end with twice, or a word the prefix broke off in.
 */
export interface OverlapTrimmer {
  /** The part of the continuation that can be shown after this delta. */
  push(delta: string): string
  /** What is left once the continuation has ended. Not to be asked of one that broke off: what is held back may be repetition. */
  end(): string
  /** The model told the answer anew in other words: it cannot be joined, and nothing more comes out. */
  startedOver(): boolean
}

const shortestTail = 12
const fewestLetters = 5
/** A repetition that begins earlier than this before the end is only looked for at the very beginning. */
const longestTail = 4096
/** So much of the beginning again, and then something else, is a new telling and no coincidence. */
const newTelling = 200

export function createOverlapTrimmer(prefix: string): OverlapTrimmer {
  const body = prefix.trimEnd()
  let held = ''
  let state: 'holding' | 'passing' | 'started-over' = body === '' ? 'passing' : 'holding'
  /** White space at the prefix's end that a repetition may bring once more. */
  let spaceToDrop = 0

  function pass(text: string): string {
    state = 'passing'
    held = ''
    return dropSpace(text)
  }

  function dropSpace(text: string): string {
    if (spaceToDrop === 0 || text === '') return text
    const space = text.length - text.trimStart().length
    const dropped = Math.min(space, spaceToDrop)
    spaceToDrop = dropped === text.length ? spaceToDrop - dropped : 0
    return text.slice(dropped)
  }

  function decide(final: boolean): string {
    const lead = held.length - held.trimStart().length
    const said = held.slice(lead)
    if (said === '') return final ? pass(held) : ''
    const found = findOverlap(body, said, lead > 0)
    if (found.undecided && !final) return ''
    if (found.length > 0) {
      spaceToDrop = prefix.length - body.length
      return pass(said.slice(found.length))
    }
    if (tellsAnew(body, said, final)) {
      state = 'started-over'
      return ''
    }
    return pass(held)
  }

  return {
    push(delta) {
      if (state === 'started-over') return ''
      if (state === 'passing') return dropSpace(delta)
      held += delta
      return decide(false)
    },
    end: () => (state === 'holding' ? decide(true) : ''),
    startedOver: () => state === 'started-over',
  }
}

/** The longest repetition at the head of `said`; undecided while more of `said` could make a longer one. */
function findOverlap(body: string, said: string, spaced: boolean): { length: number; undecided: boolean } {
  const first = Math.max(0, body.length - longestTail)
  const starts = first === 0 ? [] : [0]
  for (let at = first; at < body.length; at += 1) starts.push(at)
  let longest = 0
  let undecided = false
  for (const start of starts) {
    const tail = body.length - start
    const common = Math.min(tail, said.length)
    if (tail <= longest) break
    if (body.charCodeAt(start) !== said.charCodeAt(0) || !body.startsWith(said.slice(0, common), start)) continue
    if (!isRepetition(body, start, spaced)) continue
    if (tail > said.length) undecided = true
    else longest = tail
  }
  return { length: longest, undecided }
}

/** Whether saying `body` from `start` on once more would be a repetition and not the text's own way. */
function isRepetition(body: string, start: number, spaced: boolean): boolean {
  if (start === 0) return true
  const tail = body.slice(start)
  if (tail.length < shortestTail) return !spaced && isBrokenWord(body, start)
  if (body.endsWith(tail + tail)) return false
  return new Set(tail.replaceAll(/\s/g, '')).size >= fewestLetters
}

/** The prefix stops inside a word of three letters or more: the model may write that word again, whole. */
function isBrokenWord(body: string, start: number): boolean {
  const before = body.slice(start - 1, start)
  return !/[\p{L}\p{N}_]/u.test(before) && /^[\p{L}\p{N}_]{3,}$/u.test(body.slice(start))
}

function tellsAnew(body: string, said: string, final: boolean): boolean {
  let common = 0
  while (common < said.length && body[common] === said[common]) common += 1
  return (final || common < said.length) && common >= Math.min(newTelling, Math.max(48, body.length / 2))
}
