import type { EffectLedger } from './mcp-ledger.ts'

/** A tool as `tools/list` shows it. Anything may be in it: hostile definitions are the point. */
export interface SimulatedTool {
  name: string
  [field: string]: unknown
}

/** What a call does to the wire. `answer` and `fail` are a response in its place; the others are faults. */
export type Reaction =
  | { do: 'answer'; result: Record<string, unknown> }
  | { do: 'fail'; code: number; message: string }
  /** The whole HTTP body, or line, as it is. */
  | { do: 'raw'; body: string | Iterable<string>; type?: string; status?: number; location?: string }
  /** The connection is broken without an answer. */
  | { do: 'cut' }
  /** The server itself goes away. */
  | { do: 'die' }
  /** Nothing, for ever; with progress every `everyMs`, if given. */
  | { do: 'hang'; everyMs?: number }
  | { do: 'wait'; ms: number; next: Reaction }
  /** An event stream that stays open after its answer. */
  | { do: 'linger'; result: Record<string, unknown> }

export interface Call {
  id: unknown
  name: string
  input: Record<string, unknown>
  ledger: EffectLedger
}

/**
 * What a tool does is written in its name: `echo`, `effect`, `slow-500`, `big-100000000`, … A call's `key` argument names
 * its effect in the ledger. Where a name promises one fault, the same key's second call goes well.
 */
export function reactTo(call: Call): Reaction {
  const [, word = '', figure = ''] = /^([a-z-]*?)(?:-(\d+))?$/.exec(call.name) ?? []
  const react = behaviours[word]
  if (react === undefined) return { do: 'fail', code: -32_602, message: `Unknown tool ${call.name}` }
  return react(call, Number(figure))
}

const behaviours: Record<string, (call: Call, figure: number) => Reaction> = {
  echo: ({ input }) => text(JSON.stringify(input)),
  effect: (call) => text(`effect ${note(call)}`),
  'effect-idempotent': (call) => text(`effect ${note(call)}`),
  'effect-then-cut': (call) => (note(call) === 1 ? { do: 'cut' } : text('done before')),
  'effect-then-cut-idempotent': (call) => (note(call) === 1 ? { do: 'cut' } : text('done before')),
  'effect-then-die': (call) => {
    note(call)
    return { do: 'die' }
  },
  cut: () => ({ do: 'cut' }),
  hang: () => ({ do: 'hang' }),
  trickle: (_, figure) => ({ do: 'hang', everyMs: figure || 20 }),
  slow: (call, figure) => ({ do: 'wait', ms: figure, next: text(`after ${figure} ms: ${JSON.stringify(call.input)}`) }),
  linger: () => ({ do: 'linger', result: content('lingering') }),
  error: () => ({ do: 'answer', result: { ...content('it failed'), isError: true } }),
  'rpc-error': () => ({ do: 'fail', code: -32_603, message: 'The tool broke' }),
  status: (_, figure) => ({ do: 'raw', status: figure, body: 'no' }),
  redirect: (call) => ({ do: 'raw', status: 307, body: '', location: String(call.input['to']) }),
  'not-json': () => ({ do: 'raw', body: '{"jsonrpc":"2.0",' }),
  'no-content': () => ({ do: 'answer', result: { content: 'words' } }),
  structured: ({ input }) => ({ do: 'answer', result: { ...content('see structure'), structuredContent: input } }),
  'strange-type': () => ({ do: 'answer', result: { ...content('?'), resultType: 'mystery' } }),
  ask: () => ({ do: 'answer', result: { resultType: 'input_required', inputRequests: { name: question } } }),
  'wrong-id': () => ({ do: 'raw', body: response('somebody-else', content('not yours')) }),
  duplicate: ({ id }) => ({ do: 'raw', type: 'text/event-stream', body: twice(response(id, content('first'))) }),
  big: ({ id }, figure) => ({ do: 'raw', body: bigText(id, figure) }),
  parts: ({ id }, figure) => ({ do: 'raw', body: manyParts(id, figure) }),
  deep: ({ id }, figure) => ({ do: 'raw', body: deepValue(id, figure) }),
  unseen: () => text(unseenText),
}

/** Says `attack` to whoever reads all of it, and `harmless` to who looks at it. */
const unseenText = [
  'harm\u200Bless',
  '\u001B[8mhidden\u001B[0m',
  '\u001B]8;;http://evil.example\u0007link\u001B]8;;\u0007',
  '\u202Eevil\u202C',
  'attack'.replaceAll(/./g, (letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))),
].join('\n')

const question = {
  method: 'elicitation/create',
  params: {
    message: 'What is your name?',
    requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
  },
}

function note({ name, input, ledger }: Call): number {
  return ledger.note(name, typeof input['key'] === 'string' ? input['key'] : '')
}

function text(words: string): Reaction {
  return { do: 'answer', result: content(words) }
}

function content(words: string): Record<string, unknown> {
  return { content: [{ type: 'text', text: words }] }
}

function response(id: unknown, result: Record<string, unknown>): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...result } })
}

function twice(body: string): string {
  return `data: ${body}\n\ndata: ${body}\n\n`
}

const blockChars = 64 * 1024
const blockParts = 1000

function* bigText(id: unknown, chars: number): Iterable<string> {
  const [head, tail] = response(id, content('#')).split('#')
  yield head ?? ''
  for (let left = chars; left > 0; left -= blockChars) yield 'x'.repeat(Math.min(left, blockChars))
  yield tail ?? ''
}

function* manyParts(id: unknown, count: number): Iterable<string> {
  const [head, tail] = response(id, { content: ['#'] }).split('"#"')
  yield head ?? ''
  for (let from = 0; from < count; from += blockParts) {
    const indices = Array.from({ length: Math.min(blockParts, count - from) }, (_, index) => from + index)
    yield (from === 0 ? '' : ',') + indices.map((index) => `{"type":"text","text":"${index}"}`).join()
  }
  yield tail ?? ''
}

function* deepValue(id: unknown, levels: number): Iterable<string> {
  const [head, tail] = response(id, { content: [], structuredContent: '#' }).split('"#"')
  yield `${head}${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}${tail}`
}
