import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { DefaultChatTransport, readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiClient } from '../src/product/api-client.ts'
import { faultsOfNumbering } from '../src/product/numbered-tokens.ts'
import { type Product, startProduct } from '../src/product/start-product.ts'

// The real `ai` package, as any client of its protocol would use it against us.

const tokens = 100
const simulator = await startModelSimulator()
let product: Product
let client: ApiClient
let transport: DefaultChatTransport<UIMessage>

beforeAll(async () => {
  product = await startProduct({ model: { url: simulator.url, name: `sim-itl10-len${tokens}` }, web: false })
  client = await product.signIn()
  transport = new DefaultChatTransport({ api: `${client.base}/api/chat`, headers: { cookie: client.cookie } })
})

afterAll(async () => {
  await product?.stop()
  await simulator.close()
})

function question(text: string): UIMessage {
  return { id: crypto.randomUUID(), role: 'user', parts: [{ type: 'text', text }] }
}

function send(chatId: string, messages: UIMessage[], signal = new AbortController().signal) {
  return transport.sendMessages({
    trigger: 'submit-message',
    chatId,
    messageId: undefined,
    messages,
    abortSignal: signal,
  })
}

/** The message as the `ai` package builds it, once the stream has ended. */
async function build(stream: ReadableStream<UIMessageChunk>): Promise<UIMessage> {
  let last: UIMessage | null = null
  for await (const message of readUIMessageStream({ stream, terminateOnError: true })) last = message
  if (last === null) throw new Error('the stream had no message')
  return last
}

function words(message: UIMessage): string {
  return message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

test('its default transport sends, and reads the whole answer', async () => {
  const chatId = 'a-chat-by-its-own-name'
  const first = question('Count for the transport')
  const answer = await build(await send(chatId, [first]))
  expect(answer.role).toBe('assistant')
  expect(faultsOfNumbering(words(answer), tokens)).toEqual([])
  expect(answer.metadata).toMatchObject({ state: 'complete' })
  const more = await build(await send(chatId, [first, answer, question('And again')]))
  expect(words(more)).not.toBe(words(answer))
  const { items } = await client.conversations()
  const { items: messages } = await client.messages(items[0]!.id)
  expect(messages.map((message) => message.role)).toEqual(['user', 'assistant', 'user', 'assistant'])
  expect(messages[1]?.id).toBe(answer.id)
})

test('it resumes in mid-answer from the start, and finds nothing once the answer has ended', async () => {
  const chatId = crypto.randomUUID()
  const leaving = new AbortController()
  const stream = await send(chatId, [question('Count, I shall be back')], leaving.signal)
  await stream.getReader().read()
  leaving.abort()
  const resumed = await transport.reconnectToStream({ chatId })
  if (resumed === null) throw new Error('nothing to resume')
  expect(faultsOfNumbering(words(await build(resumed)), tokens)).toEqual([])
  expect(await transport.reconnectToStream({ chatId })).toBeNull()
})

test('it regenerates', async () => {
  const chatId = crypto.randomUUID()
  const asked = question('Count once more')
  const answer = await build(await send(chatId, [asked]))
  const again = await transport.sendMessages({
    trigger: 'regenerate-message',
    chatId,
    messageId: answer.id,
    messages: [asked],
    abortSignal: undefined,
  })
  const second = await build(again)
  expect(second.id).not.toBe(answer.id)
  expect(faultsOfNumbering(words(second), tokens)).toEqual([])
})
