import { blank, readClause } from './read-clause.ts'
import { isStopWord } from './words.ts'

/** A piece of a question that may stand for itself. */
export interface Segment {
  start: number
  end: number
  /** It begins as a question or a command does. */
  asks: boolean
  /** It needs the piece before it ("assign it to Maria"). */
  leans: boolean
}

/** More pieces than this are not told apart: the plan looks at every way to join them. */
const maxSegments = 8
/** Characters, without quotes and code. */
const longestSplit = 1500

const opener =
  /^(?:what|which|who|when|where|why|how|is|are|do|does|did|can|could|will|would|please|also|then|tell|give|show|find|search|look|get|list|convert|calculate|compute|count|create|make|add|open|write|draft|send|set|run|play|pick|roll|draw|translate|define|schedule|book|save|note|hash|query|remind|check|start|delete|remove|update|order|buy|turn|generate|explain|summari[sz]e|compare|fetch|read|i (?:want|need|would))\b/iu

/** Cuts a question at sentence ends, semicolons, commas and "and", but never inside quotes, code, JSON or numbers. */
export function splitQuestion(question: string): Segment[] {
  const { masked } = readClause(question, new Date(0))
  const cuts = [0]
  // What is pasted in is text to work on: looking for many questions in it would take long and find false ones.
  const pasted = masked.replaceAll(blank, '').length > longestSplit
  const pattern =
    /(?<hard>[.?!]+(?=\s)|;|\n+)|(?<soft>,?\s+(?:and|then|also|plus|as well as)\s+(?:then\s+|also\s+)?|,\s+)/giu
  for (const match of pasted ? [] : masked.matchAll(pattern)) {
    const end = match.index + match[0].length
    // A condition belongs to what follows it.
    const sofar = masked.slice(cuts.at(-1), match.index)
    if (match.groups?.['hard'] === undefined && /^\s*(?:if|when|given|assuming|suppose)\b/iu.test(sofar)) continue
    if (/\b(?:e\.g|i\.e|mr|mrs|dr|st|vs)$/iu.test(masked.slice(0, match.index))) continue
    cuts.push(end)
  }
  cuts.push(question.length)
  const segments: Segment[] = []
  for (const [index, start] of cuts.slice(0, -1).entries()) {
    const end = cuts[index + 1] ?? question.length
    const text = question.slice(start, end).trim()
    if (!/[\p{L}\p{N}`"{[]/u.test(text)) {
      const last = segments.at(-1)
      if (last !== undefined) last.end = end
      continue
    }
    const [first = '', second = ''] = text.split(/\s+/u)
    segments.push({
      start,
      end,
      asks: opener.test(text),
      leans: /\b(?:it|them)\b/iu.test(text) && !isStopWord(first) && !/^(?:is|what)$/iu.test(second),
    })
  }
  return fewer(segments)
}

/** Joins the pieces that ask for nothing first. */
function fewer(segments: Segment[]): Segment[] {
  const joined = [...segments]
  while (joined.length > maxSegments) {
    const at = joined.findLastIndex((segment, index) => index > 0 && !segment.asks)
    const index = at > 0 ? at : joined.length - 1
    const [gone] = joined.splice(index, 1)
    const before = joined[index - 1]
    if (gone !== undefined && before !== undefined) before.end = gone.end
  }
  return joined
}
