import { createOverlapFinder } from './find-overlap.ts'
import type { OverlapFinder } from './find-overlap.ts'

/**
 * Joins a continuation to the text it continues. A model that was asked to go on often says the end once more, or starts over
 * from the beginning; what it repeats is held back until it is known, then dropped, so that what comes out follows the
 * prefix directly.
 */
export interface OverlapTrimmer {
  /** The part of the continuation that can be shown after this delta. */
  push(delta: string): string
  /** What is left once the continuation has ended. Not to be asked of one that broke off: what is held back may be repetition. */
  end(): string
  /** The model told the answer anew in other words: it cannot be joined, and nothing more comes out. */
  startedOver(): boolean
}

/** So much of the beginning again, and then something else, is a new telling and no coincidence. */
const newTelling = 120

export function createOverlapTrimmer(prefix: string): OverlapTrimmer {
  const body = prefix.trim()
  const endSpace = prefix.length - prefix.trimEnd().length
  let held = ''
  let finder: OverlapFinder | null = null
  let state: 'holding' | 'passing' | 'started-over' = body === '' ? 'passing' : 'holding'
  /** White space at the prefix's end that a repetition may bring once more. */
  let spaceToDrop = body === '' ? prefix.length : 0

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
    if (finder === null) return final ? pass(held) : ''
    if (finder.undecided() && !final) return ''
    const said = held.trimStart()
    if (finder.longest() > 0) {
      spaceToDrop = endSpace
      return pass(said.slice(finder.longest()))
    }
    if (!tellsAnew(body, said, final)) return pass(held)
    state = 'started-over'
    return ''
  }

  /** White space before the first word belongs to no repetition. */
  function hold(delta: string): void {
    const isFirst = held.trimStart() === ''
    held += delta
    const said = isFirst ? held.trimStart() : delta
    if (said === '') return
    finder ??= createOverlapFinder(body, endSpace > 0 || said.length < held.length)
    finder.push(said)
  }

  return {
    push(delta) {
      if (state === 'started-over') return ''
      if (state === 'passing') return dropSpace(delta)
      hold(delta)
      return decide(false)
    },
    end: () => (state === 'holding' ? decide(true) : ''),
    startedOver: () => state === 'started-over',
  }
}

function tellsAnew(body: string, said: string, final: boolean): boolean {
  let common = 0
  while (common < said.length && body[common] === said[common]) common += 1
  if (common < Math.min(newTelling, Math.max(48, body.length / 2))) return false
  // A text that says its beginning more often may do so again.
  return (final || common < said.length) && !body.includes(said.slice(0, common), 1)
}
