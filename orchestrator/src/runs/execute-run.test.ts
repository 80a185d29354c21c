import { foldPart, type MessagePart, startFold } from '@ai-assistant/contract'
import { expect, test } from 'vitest'
import type { ModelEvent, ModelRequest } from '../models/language-model.ts'
import { MAX_DEATHS, MAX_ROUNDS } from './bounds.ts'
import { done, emptyStore, type FakeStore, fakeTools, live, scriptedModel } from './test/scripted-run.ts'

const usage = { inputTokens: 5, outputTokens: 3, cachedTokens: 0, reasoningTokens: 0, estimated: false }

function say(...texts: string[]): ModelEvent[] {
  return texts.map((text) => ({ type: 'text-delta', text }))
}

function call(name: string, input: unknown, id = '1'): ModelEvent {
  return { type: 'tool-call-end', call: { id, name, arguments: JSON.stringify(input) } }
}

const stop: ModelEvent[] = [
  { type: 'usage', usage },
  { type: 'end', reason: 'stop' },
]

function partsOf(store: FakeStore): MessagePart[] {
  const folded = startFold([])
  for (const part of store.parts) foldPart(folded, part)
  return folded.parts
}

function textOf(store: FakeStore): string {
  return partsOf(store)
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join('|')
}

/** One round with a tool, one with the answer. */
const twoRounds = (request: ModelRequest): ModelEvent[] =>
  request.messages.length === 0
    ? [...say('Let me ', 'look. '), call('clock', { zone: 'Asia/Tokyo' }), ...stop]
    : [...say('It is ', 'noon ', 'there.'), ...stop]

test('answers with the text of every round and what the tools said', async () => {
  const store = emptyStore()
  const ended = await live(store, {
    model: scriptedModel(twoRounds),
    tools: fakeTools({ clock: { run: () => done('12:00') } }),
    epoch: 1,
  })
  expect(ended).toBe(true)
  expect(store.ended).toBe('complete')
  expect(textOf(store)).toBe('Let me look. |It is noon there.')
  expect(partsOf(store).find((part) => part.type === 'dynamic-tool')).toMatchObject({
    state: 'output-available',
    output: '12:00',
    input: { zone: 'Asia/Tokyo' },
  })
  expect(store.parts.at(-1)).toMatchObject({ type: 'finish', messageMetadata: { usage: { inputTokens: 10 } } })
})

test('goes on to the same text when it is killed after any of its steps', async () => {
  const steps = 30
  for (let kill = 0; kill < steps; kill++) {
    const store = emptyStore()
    let runs = 0
    const parts = {
      model: scriptedModel(twoRounds),
      tools: fakeTools({ clock: { repeatable: true, run: () => done(`12:0${runs++}`) } }),
    }
    if (!(await live(store, { ...parts, epoch: 1 }, kill))) await live(store, { ...parts, epoch: 2, deaths: 1 })
    expect(store.ended, `killed after step ${kill}`).toBe('complete')
    expect(textOf(store), `killed after step ${kill}`).toBe('Let me look. |It is noon there.')
  }
})

test('charges each model call once, and flags what a lost worker spent', async () => {
  for (let kill = 0; kill < 30; kill++) {
    const store = emptyStore()
    const parts = {
      model: scriptedModel(twoRounds),
      tools: fakeTools({ clock: { repeatable: true, run: () => done('12') } }),
    }
    if (!(await live(store, { ...parts, epoch: 1 }, kill))) await live(store, { ...parts, epoch: 2 })
    const charged = [...store.usage.values()].filter((row) => row.charged && row.kind === 'model')
    expect(charged.map((row) => row.item).toSorted(), `killed after step ${kill}`).toEqual(['m1', 'm2'])
    const lost = [...store.usage.values()].filter((row) => !row.charged)
    expect(lost.every((row) => row.usage.estimated && row.attempt === 1)).toBe(true)
  }
})

test('never runs a tool again that may have taken effect, and says so', async () => {
  for (let kill = 0; kill < 30; kill++) {
    const store = emptyStore()
    let effects = 0
    const tools = fakeTools({ clock: { repeatable: false, run: () => done(`${(effects += 1)}`) } })
    const model = scriptedModel(twoRounds)
    if (!(await live(store, { model, tools, epoch: 1 }, kill))) await live(store, { model, tools, epoch: 2 })
    expect(effects, `killed after step ${kill}`).toBeLessThanOrEqual(1)
    const [item] = store.items.values()
    expect(['done', 'unknown']).toContain(item?.state)
    expect(store.ended).toBe('complete')
  }
})

test('waits for a person without a worker, and runs the call once it is allowed', async () => {
  const store = emptyStore()
  let effects = 0
  const parts = {
    model: scriptedModel(twoRounds),
    tools: fakeTools({ clock: { asks: true, run: () => done(`${(effects += 1)}`) } }),
  }
  await live(store, { ...parts, epoch: 1 })
  expect(store.parked).toBe(true)
  expect(effects).toBe(0)
  const [item] = store.items.values()
  expect(item).toMatchObject({ state: 'requested', input: { zone: 'Asia/Tokyo' } })
  if (item) store.items.set(item.id, { ...item, state: 'approved' })
  await live(store, { ...parts, epoch: 2 })
  expect(effects).toBe(1)
  expect(store.ended).toBe('complete')
})

test('does not run a refused call, and tells the model', async () => {
  const store = emptyStore()
  let effects = 0
  const seen: string[] = []
  const model = scriptedModel((request) => {
    seen.push(...request.messages.map((message) => (message.role === 'tool' ? message.content : '')))
    return twoRounds(request)
  })
  const tools = fakeTools({ clock: { asks: true, run: () => done(`${(effects += 1)}`) } })
  await live(store, { model, tools, epoch: 1 })
  const [item] = store.items.values()
  if (item) store.items.set(item.id, { ...item, state: 'denied' })
  await live(store, { model, tools, epoch: 2 })
  expect(effects).toBe(0)
  expect(seen).toContain('The person refused this call.')
  expect(partsOf(store).find((part) => part.type === 'dynamic-tool')).toMatchObject({ state: 'output-denied' })
})

test('keeps what was shown when the model breaks off, as incomplete', async () => {
  const store = emptyStore()
  const failure = { kind: 'cut', message: 'The stream was cut.' } as const
  await live(store, {
    model: scriptedModel(() => [...say('Half of '), { type: 'error', failure }]),
    tools: fakeTools({}),
    epoch: 1,
  })
  expect(store.ended).toBe('incomplete')
  expect(store.parts.at(-1)).toMatchObject({ messageMetadata: { reason: 'upstream', error: 'The stream was cut.' } })
  expect(textOf(store)).toBe('Half of ')
})

test('fails with the reason when the model said nothing', async () => {
  const store = emptyStore()
  const failure = { kind: 'refused', message: 'The key is not valid.' } as const
  await live(store, { model: scriptedModel(() => [{ type: 'error', failure }]), tools: fakeTools({}), epoch: 1 })
  expect(store.ended).toBe('failed')
  expect(store.parts.at(-1)).toMatchObject({ messageMetadata: { error: 'The key is not valid.' } })
})

test('ends a tool loop that never ends', async () => {
  const store = emptyStore()
  await live(store, {
    model: scriptedModel(() => [call('clock', {}), ...stop]),
    tools: fakeTools({ clock: { run: () => done('again') } }),
    epoch: 1,
  })
  expect(store.ended).toBe('incomplete')
  expect(store.parts.at(-1)).toMatchObject({ messageMetadata: { reason: 'rounds' } })
  expect(store.items.size).toBe(MAX_ROUNDS)
})

test('tells the model of a tool that does not exist instead of failing', async () => {
  const store = emptyStore()
  const model = scriptedModel((request) =>
    request.messages.length === 0 ? [call('nope', {}), ...stop] : [...say('Sorry.'), ...stop],
  )
  await live(store, { model, tools: fakeTools({}), epoch: 1 })
  expect(store.ended).toBe('complete')
  expect(partsOf(store).find((part) => part.type === 'dynamic-tool')).toMatchObject({
    state: 'output-error',
    errorText: 'There is no tool nope',
  })
})

test('gives up a run that killed its worker too often', async () => {
  const store = emptyStore()
  const parts = { model: scriptedModel(() => [...say('boom'), ...stop]), tools: fakeTools({}) }
  await live(store, { ...parts, epoch: 1 }, 2)
  await live(store, { ...parts, epoch: 4, deaths: MAX_DEATHS })
  expect(store.ended).toBe('failed')
})

test('keeps what was written when a person stops it, and charges for it', async () => {
  const store = emptyStore()
  const stopper = new AbortController()
  const model = scriptedModel(() => [...say('one ', 'two ', 'three'), ...stop])
  const stopping = {
    ...model,
    async *stream(request: ModelRequest, signal: AbortSignal) {
      for await (const event of model.stream(request, signal)) {
        yield event
        stopper.abort('cancel')
      }
    },
  }
  await live(store, { model: stopping, tools: fakeTools({}), epoch: 1, signal: stopper.signal })
  expect(store.ended).toBe('cancelled')
  expect(textOf(store)).toBe('one ')
  expect(store.usage.get('m1/1')).toMatchObject({ charged: true, usage: { estimated: true } })
})
