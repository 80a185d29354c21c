import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ApiError, type ApiClient } from '../src/product/api-client.ts'
import { faultsOfNumbering } from '../src/product/numbered-tokens.ts'
import { readAnswer, streamEvents, textOf } from '../src/product/read-answer.ts'
import { type Product, startProduct } from '../src/product/start-product.ts'

const tokens = 120
const simulator = await startModelSimulator()
let product: Product
let client: ApiClient

beforeAll(async () => {
  product = await startProduct({
    model: { url: simulator.url, name: `sim-itl10-len${tokens}` },
    web: false,
    env: { RATE_LIMIT_PER_MINUTE: '1000', RATE_LIMIT_READS_PER_MINUTE: '100000' },
  })
  client = await product.signIn()
})

afterAll(async () => {
  await product?.stop()
  await simulator.close()
})

/** The code of the problem a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<ApiError['problem']> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ApiError)) throw new Error(`not refused: ${String(error)}`)
  return error.problem
}

async function ask(text: string) {
  const run = await client.send({ text })
  return { run, answer: await readAnswer(client, run.runId) }
}

test('an answer streams, is stored as it was read, and is complete', async () => {
  const { run, answer } = await ask('Count for me')
  expect(faultsOfNumbering(answer.text, tokens)).toEqual([])
  expect(answer.finish).toMatchObject({ state: 'complete' })
  expect(answer.finish.usage.outputTokens).toBe(tokens)
  const { items } = await client.messages(run.conversationId)
  expect(items.map((message) => [message.role, message.state])).toEqual([
    ['user', 'complete'],
    ['assistant', 'complete'],
  ])
  expect(items[1]?.parts).toEqual(answer.parts)
  expect(await client.run(run.runId)).toMatchObject({ state: 'complete', messageId: run.messageId })
})

test('two readers, one of them late, see one text', async () => {
  const run = await client.send({ text: 'Count for two' })
  const early = readAnswer(client, run.runId)
  const late = new Promise<void>((resolve) => setTimeout(resolve, 300)).then(() => readAnswer(client, run.runId))
  const [one, two] = await Promise.all([early, late])
  expect(faultsOfNumbering(one.text, tokens)).toEqual([])
  expect(two.text).toBe(one.text)
})

test('a reader that goes away stops nothing, and finds the rest by its last number', async () => {
  const run = await client.send({ text: 'Count on' })
  const leaving = new AbortController()
  let seen = 0
  const reader = readAnswer(client, run.runId, {
    signal: leaving.signal,
    onEvent: ({ seq }) => {
      seen = seq ?? seen
      if (seen > 5) leaving.abort()
    },
  })
  await expect(reader).rejects.toThrow(/abort/i)
  const rest = await readAnswer(client, run.runId, { after: seen })
  expect(rest.events[0]?.seq).toBe(seen + 1)
  expect(rest.finish.state).toBe('complete')
  const whole = await readAnswer(client, run.runId)
  expect(faultsOfNumbering(whole.text, tokens)).toEqual([])
})

test('a page that is loaded in mid-answer gets the answer from its start, and nothing once it has ended', async () => {
  const run = await client.send({ text: 'Count again' })
  const path = `/api/chat/${run.conversationId}/stream`
  const parts = await Array.fromAsync(streamEvents(client, path))
  expect(parts[0]?.part.type).toBe('start')
  expect(parts.at(-1)?.part.type).toBe('finish')
  expect((await client.call('GET', path)).status).toBe(204)
})

test('a stopped answer keeps what was written, and the model is let go', async () => {
  const run = await client.send({ text: 'Count until I stop you' })
  const reader = readAnswer(client, run.runId, {
    onEvent: ({ part }) => {
      if (part.type === 'text-delta' && part.delta.includes('t0020')) void client.cancel(run.runId)
    },
  })
  const answer = await reader
  expect(answer.finish.state).toBe('cancelled')
  expect(faultsOfNumbering(answer.text)).toEqual([])
  const [, stored] = (await client.messages(run.conversationId)).items
  expect(stored).toMatchObject({ state: 'cancelled', parts: answer.parts })
  await expect
    .poll(() => simulator.ledger.entries.find((entry) => JSON.stringify(entry.request).includes('until I stop')))
    .toMatchObject({ aborted: true })
})

test('one answer runs in a conversation; the same send again is the same answer', async () => {
  const key = crypto.randomUUID()
  const run = await client.send({ text: 'Count once' }, key)
  expect(await client.send({ text: 'Count once' }, key)).toEqual(run)
  const second = await refusal(client.send({ conversationId: run.conversationId, text: 'And me?' }))
  expect(second).toMatchObject({ code: 'run_active', context: { runId: run.runId } })
  expect(await refusal(client.send({ text: 'Count twice' }, key))).toMatchObject({ code: 'key_reused' })
  await readAnswer(client, run.runId)
  expect((await client.messages(run.conversationId)).items).toHaveLength(2)
})

test('an edited question is a branch, and both branches can be shown', async () => {
  const { run } = await ask('What is a branhc?')
  const edited = await client.send({
    conversationId: run.conversationId,
    parentId: null,
    version: run.version,
    text: 'What is a branch?',
  })
  await readAnswer(client, edited.runId)
  const shown = await client.messages(run.conversationId)
  expect(shown.items.map((message) => message.id)).toEqual([edited.userMessageId, edited.messageId])
  expect(shown.items[0]?.siblings).toEqual([run.userMessageId, edited.userMessageId])
  const { version } = await client.conversation(run.conversationId)
  await client.change(run.conversationId, { headMessageId: run.messageId, version })
  const other = await client.messages(run.conversationId)
  expect(other.items.map((message) => message.id)).toEqual([run.userMessageId, run.messageId])
  const stale = client.send({ conversationId: run.conversationId, version, text: 'Too late' })
  expect(await refusal(stale)).toMatchObject({ code: 'conversation_changed' })
})

test('a regenerated answer stands beside the first', async () => {
  const { run } = await ask('Once more')
  const again = await client.send({
    conversationId: run.conversationId,
    trigger: 'regenerate-message',
    messageId: run.messageId,
  })
  await readAnswer(client, again.runId)
  const { items } = await client.messages(run.conversationId)
  expect(items.map((message) => message.id)).toEqual([run.userMessageId, again.messageId])
  expect(items[1]?.siblings).toEqual([run.messageId, again.messageId])
})

test('a conversation is renamed, found by its words, and gone when deleted', async () => {
  const { run } = await ask('Where are the zebras?')
  await client.change(run.conversationId, { title: 'Stripes' })
  for (const search of ['Stripes', 'zebras']) {
    const { items } = await client.conversations({ search })
    expect(items.map(({ id, title }) => [id, title])).toEqual([[run.conversationId, 'Stripes']])
  }
  await client.remove(run.conversationId)
  expect((await client.conversations({ search: 'zebras' })).items).toEqual([])
  expect(await refusal(client.messages(run.conversationId))).toMatchObject({ code: 'not_found' })
  expect(await refusal(client.run(run.runId))).toMatchObject({ code: 'not_found' })
})

test('all of it is there after a restart, and the session still holds', async () => {
  const { run, answer } = await ask('Remember this')
  expect(await product.orchestrator.stop()).toBe(0)
  await product.orchestrator.start()
  const { items } = await client.messages(run.conversationId)
  expect(textOf(items[1]?.parts ?? [])).toBe(answer.text)
  expect((await client.conversations()).items.map(({ id }) => id)).toContain(run.conversationId)
  const more = await client.send({ conversationId: run.conversationId, text: 'And go on' })
  expect((await readAnswer(client, more.runId)).finish.state).toBe('complete')
})
