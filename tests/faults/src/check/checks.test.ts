import { foldPart, startFold, type StreamPart } from '@ai-assistant/contract'
import { describe, expect, test } from 'vitest'
import { newHistory, type ReaderRecord } from '../history.ts'
import { checkAll } from './check-all.ts'
import type { Evidence } from './evidence.ts'

const person = '00000000-0000-4000-8000-000000000001'
const conversation = '00000000-0000-4000-8000-000000000002'
const question = '00000000-0000-4000-8000-000000000003'
const answer = '00000000-0000-4000-8000-000000000004'
const run = '00000000-0000-4000-8000-000000000005'
const usage = { inputTokens: 9, outputTokens: 3, cachedTokens: 0, reasoningTokens: 0, estimated: false }

const parts: StreamPart[] = [
  {
    type: 'start',
    messageId: answer,
    messageMetadata: { runId: run, conversationId: conversation, userMessageId: question, model: 'sim' },
  },
  { type: 'start-step' },
  { type: 'text-start', id: 't1' },
  { type: 'text-delta', id: 't1', delta: '0123abcd t0001' },
  { type: 'text-delta', id: 't1', delta: ' t0002' },
  { type: 'text-end', id: 't1' },
  { type: 'finish-step' },
  { type: 'finish', finishReason: 'stop', messageMetadata: { state: 'complete', usage } },
]

/** One question, answered and read as it should be, with one tool's effect. */
function goodEvidence() {
  const text = '#q1 len:3 itl:5'
  const folded = startFold([])
  for (const part of parts) foldPart(folded, part)
  const started = { runId: run, conversationId: conversation, messageId: answer, userMessageId: question, version: 1 }
  const history = newHistory('1', 1)
  history.sends.push({
    personId: person,
    mark: 'q1',
    key: 'k1',
    kind: 'submit',
    text,
    conversationId: null,
    version: null,
    replies: [{ status: 202, code: '', started, replayed: false }],
    at: 0,
  })
  const reader: ReaderRecord = {
    personId: person,
    runId: run,
    after: 0,
    connections: 2,
    ended: true,
    events: parts.map((part, at) => ({ seq: at + 1, payload: JSON.stringify(part), at })),
  }
  history.readers.push(reader)
  history.approvals.push({ personId: person, runId: run, approvalId: 'ask_1', approved: true, status: 200, at: 1 })
  const message = { conversation_id: conversation, owner_id: person, error: null }
  const evidence: Evidence = {
    history,
    store: {
      messages: [
        {
          ...message,
          id: question,
          parent_id: null,
          role: 'user',
          parts: [{ type: 'text', text }],
          state: 'complete',
          usage: null,
        },
        {
          ...message,
          id: answer,
          parent_id: question,
          role: 'assistant',
          parts: folded.parts,
          state: 'complete',
          usage,
        },
      ],
      runs: [
        {
          id: run,
          owner_id: person,
          conversation_id: conversation,
          message_id: answer,
          user_message_id: question,
          kind: 'submit',
          state: 'complete',
          epoch: 1,
          deaths: 0,
        },
      ],
      events: parts.map((part, at) => ({ run_id: run, seq: at + 1, epoch: 1, payload: JSON.stringify(part) })),
      items: [
        { run_id: run, item_id: 'c1', tool: 'lab__effect', input: { key: 'e1' }, state: 'done', approval_id: 'ask_1' },
      ],
      usage: [
        {
          run_id: run,
          item: 'm1',
          attempt: 1,
          kind: 'model',
          input_tokens: 9,
          output_tokens: 3,
          estimated: false,
          charged: true,
        },
      ],
      keys: [],
    },
    upstream: [
      {
        mark: 'q1',
        nonce: '0123abcd',
        prefix: false,
        index: 0,
        fault: '',
        at: 0,
        outcome: 'complete',
        promptTokens: 9,
        completionTokens: 3,
      },
    ],
    effects: [{ tool: 'effect', key: 'e1', count: 1 }],
  }
  return {
    evidence,
    reader,
    started,
    store: evidence.store,
    history,
    send: history.sends[0]!,
    run: evidence.store.runs[0]!,
  }
}

type Good = ReturnType<typeof goodEvidence>

test('a round in which all went well has no violation', () => {
  expect(checkAll(goodEvidence().evidence)).toEqual([])
})

/** While another answer ran it was refused; asked once more under its key a moment later, it was accepted. */
test('a question that was refused at first and accepted later under the same key may be stored', () => {
  const { evidence, history, send } = goodEvidence()
  const refusal = { status: 409, code: 'run_active', started: null, replayed: false }
  history.sends.unshift({ ...send, replies: [refusal] })
  expect(checkAll(evidence)).toEqual([])
})

test('a question may be stored that somebody refused while an earlier asking was still under way', () => {
  const { evidence, send } = goodEvidence()
  const silence = { status: 0, code: '', started: null, replayed: false }
  send.replies = [silence, { ...silence, status: 409, code: 'run_active' }]
  expect(checkAll(evidence)).toEqual([])
})

describe('what must never be is seen:', () => {
  test.each<[string, string, (good: Good) => void]>([
    ['a lost question', 'I1', ({ store }) => (store.messages = store.messages.filter(({ id }) => id !== question))],
    [
      'a changed question',
      'I1',
      ({ store }) => (store.messages[0]!.parts = [{ type: 'text', text: '#q1 len:3 itl:5!' }]),
    ],
    ['a question kept twice', 'I1', ({ store }) => store.messages.push({ ...store.messages[0]!, id: person })],
    ['a lost run', 'I1', ({ store }) => (store.runs = [])],
    [
      'a refused question that is kept',
      'I1',
      ({ send }) => (send.replies = [{ status: 409, code: 'run_active', started: null, replayed: false }]),
    ],
    [
      'a refused question that is kept although its key was accepted for another',
      'I1',
      ({ history, store, send }) => {
        const refusal = { status: 422, code: 'key_reused', started: null, replayed: false }
        history.sends.push({ ...send, text: '#q2 len:3 itl:5', replies: [refusal] })
        store.messages.push({
          ...store.messages[0]!,
          id: person,
          parts: [{ type: 'text', text: '#q2 len:3 itl:5' }],
        })
      },
    ],
    [
      'two runs of one question',
      'I2',
      ({ store, run: one }) => store.runs.push({ ...one, id: person, state: 'failed' }),
    ],
    ['a hole in the journal', 'I2', ({ store }) => store.events.splice(3, 1)],
    [
      'an old owner after a new one',
      'I2',
      ({ store, run: one }) => void ((one.epoch = 2), (store.events[3]!.epoch = 2)),
    ],
    ['an event after the end', 'I2', ({ store }) => store.events.push({ ...store.events[3]!, seq: 9 })],
    ['a run that ended otherwise than its journal says', 'I2', ({ run: one }) => (one.state = 'failed')],
    [
      'an event that was shown and not kept',
      'I3',
      ({ reader }) => (reader.events[4]!.payload = '{"type":"text-delta","id":"t1","delta":" x"}'),
    ],
    ['a message that is not what its journal comes to', 'I3', ({ store }) => store.messages[1]!.parts.pop()],
    [
      'a repeated word',
      'I3',
      ({ store, reader }) => {
        const payload = JSON.stringify({ type: 'text-delta', id: 't1', delta: ' t0001' })
        store.events[4]!.payload = payload
        reader.events[4]!.payload = payload
        store.messages[1]!.parts = [
          { type: 'step-start' },
          { type: 'text', text: '0123abcd t0001 t0001', state: 'done' },
        ]
      },
    ],
    ['a gap in what a reader got', 'I4', ({ reader }) => reader.events.splice(2, 1)],
    ['a repeat in what a reader got', 'I4', ({ reader }) => reader.events.splice(2, 0, reader.events[2]!)],
    ['a reader that was let go too early', 'I4', ({ reader }) => reader.events.pop()],
    [
      'a key that started two runs',
      'I5',
      ({ send, started }) =>
        send.replies.push({ status: 202, code: '', replayed: false, started: { ...started, runId: person } }),
    ],
    [
      'a model that was called twice for one attempt',
      'I5',
      ({ evidence }) => evidence.upstream.push({ ...evidence.upstream[0]!, outcome: 'aborted' }),
    ],
    ['a double charge', 'I6', ({ store }) => store.usage.push({ ...store.usage[0]!, attempt: 2 })],
    ['a charge for no call', 'I6', ({ store }) => (store.usage[0]!.input_tokens = 8)],
    ['an answer without a charge', 'I6', ({ store }) => (store.usage = [])],
    ['an effect done twice', 'I7', ({ evidence }) => (evidence.effects[0]!.count = 2)],
    ['an effect that nobody allowed', 'I7', ({ history }) => (history.approvals = [])],
    ['an effect that is kept and was not', 'I7', ({ evidence }) => (evidence.effects = [])],
    ['an answer to another question', 'I8', ({ evidence }) => (evidence.upstream[0]!.nonce = 'ffffffff')],
    [
      'a stranger who was let in',
      'I8',
      ({ history }) => history.intrusions.push({ personId: question, path: 'GET /api/runs/x', status: 200, body: '' }),
    ],
    ['a reader who never heard of the end', 'I9', ({ reader }) => (reader.ended = false)],
    [
      'a run that never ends',
      'I9',
      ({ run: one, store }) => {
        one.state = 'running'
        store.messages[1]!.state = 'running'
      },
    ],
    ['a run that lost a worker although none died', 'I9', ({ run: one }) => (one.deaths = 1)],
    [
      'what is left of a deleted conversation',
      'I2',
      ({ history }) => history.deletions.push({ personId: person, conversationId: conversation, status: 204 }),
    ],
    ['an accident', 'I10', ({ history }) => history.accidents.push('replica 1 ended by itself')],
    [
      'a call that failed although only Redis was away',
      'I12',
      ({ history }) => {
        history.faults.push({ name: 'Redis killed', hand: 'redis', deaths: 0, at: 0, until: 9, detail: '' })
        history.calls.push({ method: 'GET', path: '/', status: 503, code: 'unavailable', requestId: 'r', at: 5 })
      },
    ],
    [
      'an error of ours',
      'I11',
      ({ history }) =>
        history.calls.push({ method: 'POST', path: '/api/chat', status: 500, code: 'internal', requestId: 'r', at: 0 }),
    ],
  ])('%s', (_, invariant, spoil) => {
    const good = goodEvidence()
    spoil(good)
    expect(checkAll(good.evidence).map((violation) => violation.invariant)).toContain(invariant)
  })
})
