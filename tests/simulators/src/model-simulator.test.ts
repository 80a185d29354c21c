import { afterAll, beforeAll, expect, test } from 'vitest'
import { inventArguments } from './invent-arguments.ts'
import { startModelSimulator } from './model-simulator.ts'
import type { ModelSimulator } from './model-simulator.ts'

let simulator: ModelSimulator

beforeAll(async () => {
  simulator = await startModelSimulator()
})

afterAll(() => simulator.close())

function post(body: object, signal?: AbortSignal): Promise<Response> {
  const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  return fetch(`${simulator.url}/chat/completions`, signal ? { ...init, signal } : init)
}

interface Whole {
  choices: {
    message: { content: string | null; tool_calls?: { function: { name: string; arguments: string } }[] }
    finish_reason: string
  }[]
}

async function ask(model: string, messages: object[], more: object = {}): Promise<Whole['choices'][number]> {
  const answer = await post({ model, messages, ...more })
  const { choices } = (await answer.json()) as Whole
  return choices[0]!
}

const hello = { role: 'user', content: 'hello' }

test('the same conversation has the same numbered answer, another conversation and another seed another nonce', async () => {
  const first = await ask('sim-len4', [hello])
  expect(first.message.content).toMatch(/^[0-9a-f]{8} t0001 t0002 t0003$/)
  expect((await ask('sim-len4', [{ role: 'system', content: 'any' }, hello])).message).toEqual(first.message)
  expect((await ask('sim-len4', [{ ...hello, content: 'hello!' }])).message).not.toEqual(first.message)
  expect((await ask('sim-len4-seed1', [hello])).message).not.toEqual(first.message)
})

test('goes on after a prefix, given last or with an instruction, and inside a token', async () => {
  const shown = { role: 'assistant', content: 'abcdef01 t0001 t00' }
  const asked = { role: 'user', content: 'Continue it exactly where it ended.' }
  expect((await ask('sim-len4', [hello, shown])).message.content).toBe('02 t0003')
  expect((await ask('sim-len4', [hello, shown, asked])).message.content).toBe('02 t0003')
  expect((await ask('sim-len4-restarts', [hello, shown])).message.content).toBe('abcdef01 t0001 t0002 t0003')
  const whole = { ...shown, content: 'abcdef01 t0001' }
  expect((await ask('sim-len4-repeats1', [hello, whole])).message.content).toBe(' t0001 t0002 t0003')
})

test('an ordinary next question is not taken for a prefix', async () => {
  const history = [hello, { role: 'assistant', content: 'abcdef01 t0001' }, { role: 'user', content: 'and then?' }]
  expect((await ask('sim-len4', history)).message.content).toMatch(/ t0001 t0002 t0003$/)
})

test('calls the tools it is asked to call, or invents calls that their schemas allow', async () => {
  const tools = ['alpha', 'beta'].map((name) => ({
    type: 'function',
    function: {
      name,
      parameters: { type: 'object', properties: { n: { type: 'integer', minimum: 3 } }, required: ['n'] },
    },
  }))
  const invented = await ask('sim-tools2', [hello], { tools })
  expect(invented.finish_reason).toBe('tool_calls')
  expect(invented.message.tool_calls?.map((call) => call.function)).toEqual([
    { name: 'alpha', arguments: '{"n":3}' },
    { name: 'beta', arguments: '{"n":3}' },
  ])
  const asked = await ask('sim', [{ ...hello, content: 'please\n/call gamma {"x":[1]}' }], { tools })
  expect(asked.message.tool_calls?.map((call) => call.function)).toEqual([{ name: 'gamma', arguments: '{"x":[1]}' }])
  const only = await ask('sim-tools1-tool~bet', [hello], { tools })
  expect(only.message.tool_calls?.[0]?.function.name).toBe('beta')
})

test('invented arguments follow constants, examples, choices, formats and bounds', () => {
  const properties = {
    a: { const: 7 },
    b: { type: 'string', examples: ['Rome'] },
    c: { enum: ['x', 'y'] },
    d: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
    e: { type: 'string', format: 'date' },
    f: { type: 'array', items: { type: 'number', exclusiveMinimum: 1 }, minItems: 2 },
    g: { type: ['null', 'string'] },
    unwanted: { type: 'string' },
  }
  const required = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  expect(inventArguments({ type: 'object', properties, required })).toEqual({
    a: 7,
    b: 'Rome',
    c: 'x',
    d: true,
    e: '2026-01-31',
    f: [2, 2],
    g: null,
  })
})

test('fails as often as its name says and keeps a ledger, also over HTTP', async () => {
  const statuses: number[] = []
  for (let n = 0; n < 3; n += 1) statuses.push((await post({ model: 'sim-fail503x2-len3', messages: [hello] })).status)
  expect(statuses).toEqual([503, 503, 200])
  const ledger = (await (await fetch(simulator.url.replace('/v1', '/ledger'))).json()) as {
    model: string
    status: number
  }[]
  expect(ledger.filter((entry) => entry.model === 'sim-fail503x2-len3').map((entry) => entry.status)).toEqual(statuses)
})

test('a caller who goes away is noted with what had been produced', async () => {
  const leave = new AbortController()
  const answer = await post({ model: 'sim-len500-itl5', stream: true, messages: [hello] }, leave.signal)
  await answer.body?.getReader().read()
  leave.abort()
  await expect
    .poll(() => simulator.ledger.requestsTo('sim-len500-itl5')[0])
    .toMatchObject({ aborted: true, outcome: 'aborted' })
  expect(simulator.ledger.requestsTo('sim-len500-itl5')[0]?.completionTokens).toBeLessThan(500)
})

test('one that ignores its caller produces to the end', async () => {
  const leave = new AbortController()
  const answer = await post({ model: 'sim-len50-itl2-ignorecancel', stream: true, messages: [hello] }, leave.signal)
  await answer.body?.getReader().read()
  leave.abort()
  await expect.poll(() => simulator.ledger.requestsTo('sim-len50-itl2-ignorecancel')[0]?.completionTokens).toBe(50)
  expect(simulator.ledger.requestsTo('sim-len50-itl2-ignorecancel')[0]?.aborted).toBe(true)
})

test('refuses names it does not know and histories a provider would refuse', async () => {
  expect((await post({ model: 'sim-typo', messages: [hello] })).status).toBe(404)
  const orphan = [hello, { role: 'tool', tool_call_id: 'call_1', content: '1' }]
  expect((await post({ model: 'sim', messages: orphan })).status).toBe(400)
  const open = [
    hello,
    { role: 'assistant', tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'a', arguments: '{}' } }] },
  ]
  expect((await post({ model: 'sim', messages: open })).status).toBe(400)
})

test('a script answers in order, checks what it is asked and says when it has no more', async () => {
  simulator.script.enqueue(
    { calls: [{ name: 'add', arguments: '{"a":1}' }] },
    { text: 'Two words', expect: (request) => expect(request.messages).toHaveLength(1) },
    { text: 'never', expect: () => expect(1, 'a wrong number').toBe(2) },
  )
  expect((await ask('scripted', [hello])).message.tool_calls?.[0]?.function.name).toBe('add')
  expect((await ask('scripted', [hello])).message.content).toBe('Two words')
  expect((await post({ model: 'scripted', messages: [hello] })).status).toBe(400)
  expect((await post({ model: 'scripted', messages: [hello] })).status).toBe(400)
  expect(simulator.script.faults).toHaveLength(2)
  expect(simulator.script.faults[0]).toContain('a wrong number')
})

test('lists its models', async () => {
  const list = (await (await fetch(`${simulator.url}/models`)).json()) as { data: { id: string }[] }
  expect(list.data.map((model) => model.id)).toContain('sim')
})
