import type { ModelMessage, ModelRequest, ModelToolCall } from '../language-model.ts'
import { planCalls } from './plan-calls.ts'
import type { EarlierCall, Plan } from './plan-calls.ts'
import { fillMissing } from './fill-missing.ts'
import { showpieceFor } from './showpiece.ts'
import { answerNothingFits, answerSmallTalk, disclosure } from './small-talk.ts'
import { openPoints, tellResults } from './tell-results.ts'

/** What the offline model says: text, or calls, and never both. */
export interface Reply {
  text: string
  calls: Omit<ModelToolCall, 'id'>[]
  tokensPerSecond: number | null
}

/** Decides from the conversation alone, so that the same question gives the same reply in any process. */
export function decideReply(request: ModelRequest, today: Date): Reply {
  const { messages, tools } = request
  const asked = messages.findLastIndex((message) => message.role === 'user')
  const question = textOf(messages[asked])
  const history = messages.slice(0, Math.max(asked, 0))
  const results = messages.slice(asked + 1).filter((message) => message.role === 'tool')
  const close = (text: string): Reply => ({ text: withDisclosure(text, history), calls: [], tokensPerSecond: null })
  if (results.length > 0) return close(tellResults(results, planFor(question, history, request, today)))
  const showpiece = showpieceFor(question)
  if (showpiece !== null) return { ...showpiece, text: withDisclosure(showpiece.text, history), calls: [] }
  const smallTalk = answerSmallTalk(question, tools)
  if (smallTalk !== null) return close(smallTalk)
  const plan = planFor(question, history, request, today)
  const ready = plan.calls.filter((call) => call.missing.length === 0)
  if (ready.length > 0) {
    const calls = ready.map((call) => ({ name: call.tool.tool.name, arguments: JSON.stringify(call.args) }))
    return { text: '', calls, tokensPerSecond: null }
  }
  if (plan.calls.length > 0) return close(openPoints(plan).join('\n\n'))
  const blind = hasImage(messages[asked]) ? 'I cannot see pictures. ' : ''
  return close(blind + answerNothingFits(tools))
}

/** The plan for a question, with what the conversation adds: an argument asked for, or a call to repeat with another value. */
function planFor(question: string, history: readonly ModelMessage[], request: ModelRequest, today: Date): Plan {
  const pending = pendingPlan(history, request, today)
  const filled = pending === null ? null : fillMissing(pending, question, today)
  const plan = planCalls(question, request.tools, today, earlierCalls(history))
  // A reply to what was asked for is taken as one, unless it is plainly a question of its own.
  const independent =
    plan.calls.some((call) => call.missing.length === 0) && /^(?:what|how|when|where|who|which)\b/iu.test(question)
  return filled === null || independent ? plan : filled
}

/** What the question before still lacked, where the answer to it was to ask for that. */
function pendingPlan(history: readonly ModelMessage[], request: ModelRequest, today: Date): Plan | null {
  const last = history.at(-1)
  if (last?.role !== 'assistant' || !/\bI still need the\b/u.test(last.text)) return null
  const asked = history.findLastIndex((message) => message.role === 'user')
  const plan = planCalls(
    textOf(history[asked]),
    request.tools,
    today,
    earlierCalls(history.slice(0, Math.max(asked, 0))),
  )
  const open = plan.calls.filter((call) => call.missing.length > 0)
  return open.length === 0 ? null : { calls: open, unmatched: [] }
}

function earlierCalls(history: readonly ModelMessage[]): EarlierCall[] {
  const calls = history.flatMap((message) => (message.role === 'assistant' ? message.toolCalls : []))
  return calls.slice(-1).flatMap((call) => {
    const args = parseObject(call.arguments)
    return args === null ? [] : [{ name: call.name, args }]
  })
}

function parseObject(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}

function withDisclosure(text: string, history: readonly ModelMessage[]): string {
  const said = history.some((message) => message.role === 'assistant' && message.text.includes('not a language model'))
  return said ? text : `${text}\n\n${disclosure}`
}

function textOf(message: ModelMessage | undefined): string {
  if (message?.role !== 'user') return ''
  return message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
}

function hasImage(message: ModelMessage | undefined): boolean {
  return message?.role === 'user' && message.parts.some((part) => part.type === 'image')
}
