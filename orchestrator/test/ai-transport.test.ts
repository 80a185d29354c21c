import { DefaultChatTransport, readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai'
import { expect, test } from 'vitest'
import { startApp, type TestApp } from './support/start-app.ts'

function transportTo(app: TestApp): DefaultChatTransport<UIMessage> {
  return new DefaultChatTransport({ api: `${app.url}/api/chat`, headers: { cookie: app.client.cookie ?? '' } })
}

function userMessage(id: string, text: string): UIMessage {
  return { id, role: 'user', parts: [{ type: 'text', text }] }
}

async function readMessage(stream: ReadableStream<UIMessageChunk>): Promise<UIMessage> {
  let last: UIMessage | undefined
  for await (const message of readUIMessageStream({ stream })) last = message
  if (last === undefined) throw new Error('The stream held no message')
  return last
}

function textOf(message: UIMessage): string {
  return message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

test('the AI SDK’s own transport sends and reads our stream', async () => {
  const app = await startApp()
  const stream = await transportTo(app).sendMessages({
    trigger: 'submit-message',
    chatId: 'chat-of-the-client',
    messageId: undefined,
    messages: [userMessage('first', 'Hello')],
    abortSignal: undefined,
  })
  const message = await readMessage(stream)
  expect(textOf(message)).toMatch(/t0001 .*t0019/)
  expect(message.metadata).toMatchObject({ state: 'complete' })
  const { items } = await app.client.json<{ items: { id: string }[] }>('GET', '/api/conversations')
  const stored = (await app.client.messages(items[0]?.id ?? '')).items[1]
  expect(message.id).toBe(stored?.id)
})

test('it resumes an answer that runs, from its start, and hears that none does', async () => {
  const app = await startApp({ model: 'sim-ttft1-itl20-len60' })
  const transport = transportTo(app)
  const leaving = new AbortController()
  const first = await transport.sendMessages({
    trigger: 'submit-message',
    chatId: 'resumed',
    messageId: undefined,
    messages: [userMessage('first', 'Hello')],
    abortSignal: leaving.signal,
  })
  const reader = first.getReader()
  for (let index = 0; index < 8; index++) await reader.read()
  leaving.abort()
  const resumed = await transport.reconnectToStream({ chatId: 'resumed' })
  if (resumed === null) throw new Error('There was nothing to resume')
  expect(textOf(await readMessage(resumed))).toMatch(/t0001 .*t0059/)
  expect(await transport.reconnectToStream({ chatId: 'resumed' })).toBeNull()
})

test('it goes on in the same conversation, and regenerates', async () => {
  const app = await startApp()
  const transport = transportTo(app)
  const send = async (
    trigger: 'submit-message' | 'regenerate-message',
    messages: UIMessage[],
    messageId?: string,
  ): Promise<UIMessage> =>
    readMessage(await transport.sendMessages({ trigger, chatId: 'mine', messageId, messages, abortSignal: undefined }))
  const first = await send('submit-message', [userMessage('q1', 'One')])
  const second = await send('submit-message', [userMessage('q1', 'One'), first, userMessage('q2', 'Two')])
  const again = await send('regenerate-message', [userMessage('q1', 'One'), first, userMessage('q2', 'Two')], second.id)
  expect(again.id).not.toBe(second.id)
  const { items } = await app.client.json<{ items: { id: string }[] }>('GET', '/api/conversations')
  expect(items).toHaveLength(1)
  const page = await app.client.messages(items[0]?.id ?? '')
  expect(page.items).toHaveLength(4)
  expect(page.items[3]?.siblings).toEqual([second.id, again.id])
})
