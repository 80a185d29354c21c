import type { ModelTool } from '../language-model.ts'
import { fillArguments } from './fill-arguments.ts'
import type { Filling } from './fill-arguments.ts'
import { knowTools } from './know-tools.ts'
import type { KnownTool } from './know-tools.ts'
import { overlaps } from './proposal.ts'
import { readClause } from './read-clause.ts'
import type { Clause } from './read-clause.ts'
import type { Field } from './read-schema.ts'
import type { Reading } from './reading.ts'
import { scoreWords } from './score-tool.ts'
import { splitQuestion } from './split-question.ts'
import type { Segment } from './split-question.ts'

/** What is to be done about one piece of a question. */
export interface PlannedCall {
  /** The piece, as asked. */
  asked: string
  tool: KnownTool
  args: Record<string, unknown>
  /** What the person must still say; the call is not made while there is any. */
  missing: Field[]
}

export interface Plan {
  calls: PlannedCall[]
  /** Pieces of the question no tool fits. */
  unmatched: string[]
}

/** A call made before, for questions that lean on it ("and in Paris?"). */
export interface EarlierCall {
  name: string
  args: Record<string, unknown>
}

/** Below this a tool is not meant. */
const threshold = 0.55
/** A tool that lacks an argument must be meant more plainly before the person is asked for it. */
const askingThreshold = 0.75
/** What another call costs, so that one sentence is not cut up without need. */
const callCost = 0.35

interface Step {
  score: number
  calls: PlannedCall[]
  unmatched: string[]
}

/** Finds the calls that answer a question. Looks at every way to cut it up, and takes the one whose pieces fit best. */
export function planCalls(
  question: string,
  tools: readonly ModelTool[],
  today: Date,
  earlier: EarlierCall[] = [],
): Plan {
  const known = knowTools(tools)
  const segments = splitQuestion(question)
  const best: Step[] = [{ score: 0, calls: [], unmatched: [] }]
  for (let end = 1; end <= segments.length; end += 1) {
    const options = Array.from({ length: end }, (_, start) => {
      const before = best[start]
      if (before === undefined) return null
      const last = before.calls.at(-1)
      const context = last === undefined ? earlier : [{ name: last.tool.tool.name, args: last.args }]
      return extend(before, planSegments(segments.slice(start, end), question, known, today, context))
    })
    const [first, ...others] = options.filter((option) => option !== null)
    if (first !== undefined)
      best[end] = others.reduce((top, option) => (option.score > top.score + 1e-9 ? option : top), first)
  }
  const { calls, unmatched } = best[segments.length] ?? { calls: [], unmatched: [] }
  return { calls, unmatched }
}

function extend(before: Step, more: Step): Step {
  return {
    score: before.score + more.score - repeatCost(before, more),
    calls: [...before.calls, ...more.calls],
    unmatched: [...before.unmatched, ...more.unmatched],
  }
}

/** A tool that takes a list is called once with all of it, not once for each part. */
function repeatCost(before: Step, more: Step): number {
  const tool = more.calls[0]?.tool
  const takesLists = tool?.fields.some((field) => field.type === 'array') === true
  return takesLists && before.calls.at(-1)?.tool === tool ? 1 : 0
}

function planSegments(
  segments: Segment[],
  question: string,
  known: KnownTool[],
  today: Date,
  context: EarlierCall[],
): Step {
  const text = question.slice(segments[0]?.start, segments.at(-1)?.end).trim()
  const clause = readClause(text, today)
  const candidate = chooseCandidate(clause, known, context, segments[0]?.start !== 0)
  // Sentences that stand for themselves are kept together only where that fills a gap.
  const joints = segments.slice(1).filter((segment) => segment.asks).length * 0.4
  // A question of its own is rather left open than swallowed by its neighbour.
  const open = segments[0]?.asks === true ? 0.1 : 0.5
  if (candidate === null) return { score: -open - joints, calls: [], unmatched: [text] }
  const { tool, filling } = candidate
  const calls: PlannedCall[] = [{ asked: text, tool, args: filling.args, missing: filling.missing }]
  const score = candidate.score - callCost - joints - (segments[0]?.leans === true ? 0.3 : 0)
  return { score, calls, unmatched: [] }
}

interface Candidate {
  tool: KnownTool
  filling: Filling
  score: number
}

/** "New York?" after a question about the time means that question, even if another tool would take a city. */
function chooseCandidate(
  clause: Clause,
  known: KnownTool[],
  context: EarlierCall[],
  within: boolean,
): Candidate | null {
  const best = bestCandidate(clause, known)
  const follow = followUp(clause, known, context, within)
  return best !== null && (follow === null || best.score - 0.3 > follow.score) ? best : follow
}

function bestCandidate(clause: Clause, known: KnownTool[]): Candidate | null {
  const scored = known.map((tool) => ({ tool, words: scoreWords(clause, tool, known) }))
  let best: Candidate | null = null
  for (const { tool, words } of scored) {
    const filling = fillArguments(readingOf(clause, tool), tool.tool.inputSchema)
    const fit = Math.min(filling.bonus, 1.6)
    if (!words.telling && fit < 0.3) continue
    if (words.core < 0.2 && fit + words.fields < 0.75) continue
    // More words of the same tool add less and less: a long clause must not outweigh a fitting one.
    const told = 1.6 * (1 - Math.exp(-words.core / 1.2)) + Math.min(words.fields, 0.6)
    const score = told + fit - 0.7 * Math.min(filling.missing.length, 2) - unusedCost(clause, filling)
    if (score < (filling.missing.length > 0 ? askingThreshold - 0.7 : threshold)) continue
    if (filling.missing.length > 0 && told < askingThreshold) continue
    if (best === null || score > best.score) best = { tool, filling, score }
  }
  return best
}

export function readingOf(clause: Clause, tool: KnownTool): Reading {
  return {
    clause,
    fields: tool.fields,
    toolStems: tool.nameStems,
    aboutStems: tool.aboutStems.union(tool.nameStems),
    toolText: `${tool.tool.name} ${tool.tool.description}`,
  }
}

/** What a clause carries and the tool has no use for speaks against it. */
function unusedCost(clause: Clause, filling: Filling): number {
  let cost = 0
  for (const fact of clause.facts) {
    if (filling.used.some(({ proposal }) => overlaps(proposal, fact))) continue
    if (fact.kind === 'number') cost += fact.spelled ? 0.02 : 0.12
    else if (fact.kind === 'date') cost += 0.15
    else cost += filling.used.length === 0 && Object.keys(filling.args).length > 0 ? 0 : 0.3
  }
  return Math.min(cost, 0.6)
}

/** "And in Paris?" means the tool used just before, with what is new put in. */
function followUp(clause: Clause, known: KnownTool[], context: EarlierCall[], within: boolean): Candidate | null {
  const leans =
    /^(?:and|or|what about|how about|also|now|then|same|in|for|to|with|the same)\b/iu.test(clause.text) ||
    clause.words.length <= 3
  const previous = context.at(-1)
  const tool = known.find((candidate) => candidate.tool.name === previous?.name)
  if (!leans || previous === undefined || tool === undefined || clause.words.length > 12) return null
  const text = clause.text.replace(/^(?:(?:and|or|also|now|then|what about|how about|the same|same)\b[\s,]*)+/iu, '')
  const reread = readClause(text, clause.today)
  const filling = fillArguments(readingOf(reread, tool), tool.tool.inputSchema)
  const fresh = filling.used.filter(({ proposal }) => proposal.score > 0.2 || filling.used.length === 1)
  if (fresh.length === 0) return null
  // Within one question only a plain repetition counts: most of what follows an "and" belongs to what stands before it.
  const repeats =
    /^(?:in|for|of|what about|how about)\b/iu.test(clause.text) || fresh.some(({ proposal }) => proposal.bonus >= 0.35)
  const single = fresh.every(({ field }) => field.required && field.type !== 'array')
  if (within && !(repeats && single)) return null
  const args = merge(previous.args, filling.args)
  return { tool, filling: { ...filling, args, missing: [] }, score: within ? 0.6 : 0.85 }
}

function merge(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...before }
  for (const [key, value] of Object.entries(after)) {
    const old = merged[key]
    merged[key] = isPlain(old) && isPlain(value) ? merge(old, value) : value
  }
  return merged
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
