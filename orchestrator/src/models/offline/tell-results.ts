import type { ModelMessage } from '../language-model.ts'
import { markdownText, markdownValue } from './markdown-value.ts'
import type { Plan, PlannedCall } from './plan-calls.ts'

type ToolMessage = Extract<ModelMessage, { role: 'tool' }>

/** Tells what the tools said, question by question, and what of the question is still open. */
export function tellResults(results: readonly ToolMessage[], plan: Plan): string {
  const planned = plan.calls.filter((call) => call.missing.length === 0)
  const told = results.map((result, index) => {
    const matching = planned[index]?.tool.tool.name === result.toolName ? planned[index] : undefined
    return { heading: heading(matching, result), body: readResult(result.content) }
  })
  const [only] = told
  const alone = told.length === 1 && only !== undefined
  const answer = alone ? only.body : told.map((part) => section(part.heading, part.body)).join('\n\n')
  return [answer, ...openPoints(plan)].filter((part) => part !== '').join('\n\n')
}

/** What could not be called, and why: arguments the person has to give, and questions no tool fits. */
export function openPoints(plan: Plan): string[] {
  const lines = plan.calls.flatMap((call) => (call.missing.length === 0 ? [] : [askFor(call)]))
  for (const piece of plan.unmatched) {
    if (/[\p{L}\p{N}]/u.test(piece)) lines.push(`I found no tool for “${shorten(piece)}”.`)
  }
  return lines
}

/** Names exactly what is missing, and what it looks like where the tool says so. */
function askFor(call: PlannedCall): string {
  const wanted = call.missing.map((field) => {
    const hint =
      field.choices === null ? field.text.replaceAll(/\s+/gu, ' ') : `one of ${field.choices.map(String).join(', ')}`
    const name = field.path
      .join(' ')
      .replaceAll(/(?<=[a-z\d])(?=[A-Z])/gu, ' ')
      .replaceAll('_', ' ')
      .toLowerCase()
    return hint === '' ? `**${name}**` : `**${name}** (${markdownText(hint.slice(0, 160)).replace(/\.$/u, '')})`
  })
  return `To use *${call.tool.title}* I still need the ${joinWords(wanted)}. Please tell me.`
}

function joinWords(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and the ${words.at(-1) ?? ''}`
}

function heading(call: PlannedCall | undefined, result: ToolMessage): string {
  const bare = result.toolName.replace(/^.*?__/u, '').replaceAll(/[_-]+/gu, ' ')
  return call === undefined
    ? capital(bare)
    : capital(
        shorten(call.asked.replace(/^(?:and|also|then|,|\s)+/iu, '').replace(/(?:,|\s|\b(?:and|also|then)$)+$/iu, '')),
      )
}

function section(title: string, body: string): string {
  const asks = /^(?:what|how|which|who|when|where|why|is|are|does?|can|will)\b/iu.test(title)
  const end = /[?!.:]$/u.test(title) ? '' : asks ? '?' : ':'
  return body.includes('\n') ? `**${title}${end}**\n\n${body}` : `**${title}${end}** ${body}`
}

/** The label that names the source stands on a line of its own; the card above the answer shows it already. */
function readResult(content: string): string {
  const text = content.replace(/^\[result of [^\n]*\]\n/u, '').trim()
  if (text === '') return 'The tool answered without any content.'
  if (/^[[{"\d]|^(?:true|false|null)$/u.test(text)) {
    try {
      return markdownValue(JSON.parse(text))
    } catch {
      // It only looks like JSON: a line such as `[no content]` is told as it stands.
      return markdownText(text)
    }
  }
  return markdownText(text)
}

function shorten(text: string): string {
  const line = text.replaceAll(/[*_`\s]+/gu, ' ').trim()
  return line.length > 100 ? `${line.slice(0, 100)}…` : line
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
