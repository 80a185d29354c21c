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

test('an edited question becomes a branch beside the first, and a repeated edit is the same one', async () => {
  const app = await startApp()
  const transport = transportTo(app)
  const send = async (messages: UIMessage[], messageId?: string): Promise<UIMessage> =>
    readMessage(
      await transport.sendMessages({
        trigger: 'submit-message',
        chatId: 'edited',
        messageId,
        messages,
        abortSignal: undefined,
      }),
    )
  const first = await send([userMessage('q1', 'One')])
  const second = await send([userMessage('q1', 'One'), first, userMessage('q2', 'Two')])
  const third = await send([userMessage('q1', 'One'), first, userMessage('q2', 'Two, but better')], 'q2')
  const again = await send([userMessage('q1', 'One'), first, userMessage('q2', 'Two, but better')], 'q2')
  expect(again.id).toBe(third.id)
  expect(third.id).not.toBe(second.id)
  const root = await send([userMessage('q1', 'Uno')], 'q1')
  const { items } = await app.client.json<{ items: { id: string }[] }>('GET', '/api/conversations')
  expect(items).toHaveLength(1)
  const shown = (await app.client.messages(items[0]?.id ?? '')).items
  expect(shown.map((message) => message.id)[1]).toBe(root.id)
  expect(shown[0]?.siblings).toHaveLength(2)
  const page = await app.client.messages(items[0]?.id ?? '', `?before=${second.id}`)
  expect(page.items.at(-1)?.siblings).toHaveLength(2)
})

test('clients that number their messages may use the same number in two chats', async () => {
  const app = await startApp()
  for (const chatId of ['a', 'b']) {
    const stream = await transportTo(app).sendMessages({
      trigger: 'submit-message',
      chatId,
      messageId: undefined,
      messages: [userMessage('1', `Hello, ${chatId}`)],
      abortSignal: undefined,
    })
    expect(textOf(await readMessage(stream))).toContain('t0019')
  }
})

test('a chat named by our conversation’s own id goes on in it', async () => {
  const app = await startApp()
  const { started } = await app.client.ask('Hello')
  const stream = await transportTo(app).sendMessages({
    trigger: 'submit-message',
    chatId: started.conversationId,
    messageId: undefined,
    messages: [userMessage('q2', 'And now?')],
    abortSignal: undefined,
  })
  await readMessage(stream)
  expect((await app.client.messages(started.conversationId)).items).toHaveLength(4)
})
