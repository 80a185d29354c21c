import { streamPartSchema } from '@ai-assistant/contract'
import { expect, test } from 'vitest'
import { readStream } from './support/api-client.ts'
import { startApp } from './support/start-app.ts'

test('streams an answer, numbers its events from 1 without a gap, and stores what was shown', async () => {
  const { client } = await startApp({ model: 'sim-ttft1-itl1-len40' })
  const response = await client.request('POST', '/api/chat', { parts: [{ type: 'text', text: 'Hello' }] })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const stream = await readStream(response)
  expect(stream.done).toBe(true)
  expect(stream.events.map((event) => event.id)).toEqual(stream.events.map((_, index) => index + 1))
  for (const { part } of stream.events) streamPartSchema.parse(part)
  expect(stream.text).toMatch(/t0001 t0002 .*t0039/)
  const conversationId = stream.headers.get('x-conversation-id') ?? ''
  const { items } = await client.messages(conversationId)
  expect(items.map((message) => message.role)).toEqual(['user', 'assistant'])
  expect(items[1]?.parts).toEqual(stream.folded.parts)
  expect(items[1]).toMatchObject({ state: 'complete', runId: null, usage: { estimated: false } })
})

test('replays an answer from anywhere, to any reader, with the same events', async () => {
  const { client } = await startApp()
  const { started, events } = await client.ask('Hello')
  for (const after of [0, 1, 5, events.length - 1, events.length]) {
    const again = await client.follow(started.runId, after)
    expect(again.events).toEqual(events.slice(after))
    expect(again.done).toBe(true)
  }
  const byHeader = await client.request('GET', `/api/runs/${started.runId}/events`, undefined, { 'last-event-id': '3' })
  expect((await readStream(byHeader)).events).toEqual(events.slice(3))
})

test('goes on when its reader goes, and a second reader sees the same text', async () => {
  const { client } = await startApp({ model: 'sim-ttft1-itl10-len60' })
  const started = await client.send({ parts: [{ type: 'text', text: 'Hello' }] })
  const left = await client.follow(started.runId, 0, (stream) => stream.events.length > 8)
  const last = left.events.at(-1)?.id ?? 0
  const [rest, whole] = await Promise.all([client.follow(started.runId, last), client.follow(started.runId)])
  expect(left.text + rest.text).toBe(whole.text)
  expect(whole.text).toMatch(/t0059$/)
})

test('stops an answer when asked, keeps what was written, and can go on with it', async () => {
  const { client, simulator } = await startApp({ model: 'sim-ttft1-itl20-len100' })
  const started = await client.send({ parts: [{ type: 'text', text: 'Hello' }] })
  await client.follow(started.runId, 0, (stream) => stream.text.includes('t0005'))
  await client.json('POST', `/api/runs/${started.runId}/cancel`)
  const stopped = await client.follow(started.runId)
  expect(stopped.events.at(-1)?.part).toMatchObject({ type: 'finish', messageMetadata: { state: 'cancelled' } })
  const before = (await client.messages(started.conversationId)).items[1]
  expect(before).toMatchObject({ state: 'cancelled' })

  const more = await client.send({
    conversationId: started.conversationId,
    trigger: 'continue-message',
    messageId: started.messageId,
  })
  expect(more.messageId).toBe(started.messageId)
  await client.follow(more.runId)
  const after = (await client.messages(started.conversationId)).items[1]
  const texts = (after?.parts ?? []).flatMap((part) => (part.type === 'text' ? [part.text] : []))
  expect(texts).toHaveLength(1)
  expect(texts[0]).toMatch(/^\w+ t0001 t0002 t0003/)
  expect(texts[0]?.match(/t\d{4}/g)).toEqual(
    Array.from({ length: 99 }, (_, index) => `t${String(index + 1).padStart(4, '0')}`),
  )
  expect(simulator.ledger.entries).toHaveLength(2)
})

test('edits a question into a branch, regenerates an answer, and shows either branch', async () => {
  const { client } = await startApp()
  const first = await client.ask('One')
  const second = await client.ask('Two', first.started.conversationId)
  const { conversationId } = first.started
  const edited = await client.send({
    conversationId,
    parentId: first.started.messageId,
    parts: [{ type: 'text', text: 'Two, edited' }],
  })
  await client.follow(edited.runId)
  const page = await client.messages(conversationId)
  expect(page.items.map((message) => message.id)).toEqual([
    first.started.userMessageId,
    first.started.messageId,
    edited.userMessageId,
    edited.messageId,
  ])
  expect(page.items[2]?.siblings).toEqual([second.started.userMessageId, edited.userMessageId])

  const again = await client.send({ conversationId, trigger: 'regenerate-message', messageId: edited.messageId })
  await client.follow(again.runId)
  expect((await client.messages(conversationId)).items[3]?.siblings).toEqual([edited.messageId, again.messageId])

  const { version } = await client.conversation(conversationId)
  await client.json('PATCH', `/api/conversations/${conversationId}`, {
    headMessageId: second.started.userMessageId,
    version,
  })
  const shown = await client.messages(conversationId)
  expect(shown.items.at(-1)?.id).toBe(second.started.messageId)
})

test('keeps an answer that breaks off as incomplete, with its reason', async () => {
  const { client } = await startApp({ model: 'sim-ttft1-itl1-len50-eof10' })
  const { events, started } = await client.ask('Hello')
  expect(events.at(-1)?.part).toMatchObject({ messageMetadata: { state: 'incomplete', reason: 'upstream' } })
  const message = (await client.messages(started.conversationId)).items[1]
  expect(message).toMatchObject({ state: 'incomplete', reason: 'upstream' })
  expect(message?.error).toBeTruthy()
})

test('shows a model failure as a sentence, and the question can be asked again', async () => {
  const { client } = await startApp({ model: 'sim-quota' })
  const { events, started } = await client.ask('Hello')
  expect(events.at(-1)?.part).toMatchObject({ type: 'finish', messageMetadata: { state: 'failed' } })
  expect(JSON.stringify(events)).not.toContain('key-of-a-test')
  const again = await client.send({
    conversationId: started.conversationId,
    trigger: 'regenerate-message',
    messageId: started.messageId,
  })
  expect(again.runId).not.toBe(started.runId)
})

test('keeps text that PostgreSQL would refuse, readable', async () => {
  const { client, simulator } = await startApp({ model: 'scripted' })
  simulator.script.enqueue({ text: 'nul \u0000 and half \ud83d a pair' })
  const { started, text } = await client.ask('nul \u0000 too')
  const { items } = await client.messages(started.conversationId)
  expect(text).toContain('nul')
  expect(items[1]?.parts.find((part) => part.type === 'text')).toMatchObject({ text })
})

test('remembers earlier turns in their order', async () => {
  const { client, simulator } = await startApp({ model: 'scripted' })
  simulator.script.enqueue({ text: 'First answer' }, { text: 'Second answer' })
  const first = await client.ask('First question')
  await client.ask('Second question', first.started.conversationId)
  const roles = simulator.ledger.entries.at(-1)?.request.messages.map((message) => message.role)
  expect(roles).toEqual(['system', 'user', 'assistant', 'user'])
  expect(JSON.stringify(simulator.ledger.entries.at(-1)?.request.messages)).toMatch(
    /First question.*First answer.*Second question/,
  )
})

test('puts a question below the head the page has seen, in one trip as in two, and leaves the title as it is', async () => {
  const { client } = await startApp()
  const { started } = await client.ask('A title')
  const { conversationId } = started
  const keyed = await client.ask('In one trip', conversationId)
  const unkeyed = await client.send({ conversationId, parts: [{ type: 'text', text: 'In two trips' }] })
  await client.follow(unkeyed.runId)
  const { items } = await client.messages(conversationId)
  expect(items.map(({ id, parentId }) => [id, parentId])).toEqual([
    [started.userMessageId, null],
    [started.messageId, started.userMessageId],
    [keyed.started.userMessageId, started.messageId],
    [keyed.started.messageId, keyed.started.userMessageId],
    [unkeyed.userMessageId, keyed.started.messageId],
    [unkeyed.messageId, unkeyed.userMessageId],
  ])
  expect(await client.conversation(conversationId)).toMatchObject({ title: 'A title', version: 3 })
})

test('goes on with an answer further up, and keeps the turns below it in view', async () => {
  const { client } = await startApp({ model: 'sim-ttft1-itl20-len40' })
  const first = await client.send({ parts: [{ type: 'text', text: 'One' }] })
  await client.follow(first.runId, 0, (stream) => stream.text.includes('t0003'))
  await client.json('POST', `/api/runs/${first.runId}/cancel`)
  await client.follow(first.runId)
  const { started: second } = await client.ask('Two', first.conversationId)
  const { messageId, conversationId } = first
  await client.follow((await client.send({ conversationId, trigger: 'continue-message', messageId })).runId)
  const { items } = await client.messages(conversationId)
  expect(items.map((message) => message.id)).toEqual([
    first.userMessageId,
    first.messageId,
    second.userMessageId,
    second.messageId,
  ])
  expect(items[1]?.state).toBe('complete')
})

test('asks for words before it asks the model', async () => {
  const { client, simulator } = await startApp()
  for (const parts of [
    [{ type: 'text', text: '' }],
    [
      { type: 'text', text: ' \n' },
      { type: 'text', text: '' },
    ],
  ]) {
    expect(await client.problem('POST', '/api/chat', { parts })).toMatchObject({ status: 422, code: 'unprocessable' })
  }
  expect(simulator.ledger.entries).toHaveLength(0)
})

test('shows a conversation of large messages in pages that a browser and a server can hold', async () => {
  const { client } = await startApp()
  const sizes: number[] = []
  let conversationId: string | undefined
  for (let index = 0; index < 5; index++) {
    const answer = await client.ask(`${index} ${'word '.repeat(800_000)}`, conversationId)
    conversationId = answer.started.conversationId
  }
  const seen: string[] = []
  for (let query = '?limit=200'; ;) {
    const page = await client.messages(conversationId ?? '', query)
    sizes.push(JSON.stringify(page).length)
    seen.unshift(...page.items.map((message) => message.id))
    if (page.nextCursor === null) break
    query = `?limit=200&before=${page.nextCursor}`
  }
  expect(new Set(seen).size).toBe(10)
  expect(seen).toHaveLength(10)
  expect(Math.max(...sizes)).toBeLessThan(13_000_000)
})
