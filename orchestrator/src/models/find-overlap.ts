/**
 * Finds how much of a text's end is said once more by what follows it, while that comes in. A repetition counts only where it
 * reaches the text's very end and is the whole text, or at least `shortestTail` characters that the text does not itself end with
 * twice, or a word the text broke off in. What merely resembles the end is the text's own way.
 */
export interface OverlapFinder {
  push(delta: string): void
  /** Characters of the longest repetition that is whole by now. */
  longest(): number
  /** What comes next may make a longer one. */
  undecided(): boolean
}

const shortestTail = 12
const fewestLetters = 5
/** A repetition that begins earlier than this before the end is only looked for at the very beginning. */
const longestTail = 4096

/** `spaced`: white space stands between the text's last word and what is said. */
export function createOverlapFinder(body: string, spaced: boolean): OverlapFinder {
  let alive = repeatableStarts(body, spaced)
  let said = 0
  let longest = 0
  return {
    push(delta) {
      alive = alive.filter((start) => agrees(body, start + said, delta))
      said += delta.length
      alive = alive.filter((start) => {
        const tail = body.length - start
        if (tail <= said) longest = Math.max(longest, tail)
        return tail > said
      })
    },
    longest: () => longest,
    undecided: () => alive.length > 0,
  }
}

function agrees(body: string, at: number, delta: string): boolean {
  const left = body.length - at
  return body.startsWith(left < delta.length ? delta.slice(0, left) : delta, at)
}

/** Where a repetition may begin so that it counts, first places first. */
function repeatableStarts(body: string, spaced: boolean): number[] {
  const starts: number[] = []
  const letters = new Set<string>()
  for (let start = body.length - 1; start > 0 && body.length - start <= longestTail; start -= 1) {
    const letter = body.charAt(start)
    if (letter.trim() !== '') letters.add(letter)
    if (isRepetition(body, start, spaced, letters.size)) starts.push(start)
  }
  // One or two signs (`*`, a quotation mark) are begun with twice for good reasons.
  if (body.length > 2 || /[\p{L}\p{N}]/u.test(body)) starts.push(0)
  return starts.toReversed()
}

function isRepetition(body: string, start: number, spaced: boolean, letters: number): boolean {
  const length = body.length - start
  if (length < shortestTail) return !spaced && isBrokenWord(body, start)
  if (letters < fewestLetters) return false
  return length > start || !body.startsWith(body.slice(start), start - length)
}

/** The text stops inside a word of three letters or more: the model may write that word again, whole. */
function isBrokenWord(body: string, start: number): boolean {
  const before = body.slice(start - 1, start)
  return !/[\p{L}\p{N}_]/u.test(before) && /^[\p{L}\p{N}_]{3,}$/u.test(body.slice(start))
}
