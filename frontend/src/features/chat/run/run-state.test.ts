import type { StreamPart } from '@ai-assistant/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RunEvent } from '../../../lib/stream/run-event.ts'
import { answerOf } from '../../../lib/stream/test/run-server.ts'
import { foldRun, startRun } from './run-state.ts'

const number = (parts: StreamPart[]): RunEvent[] => parts.map((part, index) => ({ seq: index + 1, part }))
const events = number(answerOf(['One ', 'answer ', 'in ', 'pieces.']))
const text = 'One answer in pieces.'

test('words become a text, and the end says how it went', () => {
  const state = foldRun(startRun([]), events)
  expect(state.folded.parts).toEqual([{ type: 'text', text, state: 'done' }])
  expect(state).toMatchObject({ model: 'model', lastSeq: events.length, end: { state: 'complete' } })
})

test('batches and repeats change nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(events.length), fc.nat(events.length)), { maxLength: 20 }), (slices) => {
      let state = startRun([])
      let reached = 0
      for (const [a, b] of slices) {
        // A reader gets any piece that begins with what it has or before.
        const from = Math.min(a, reached)
        state = foldRun(state, events.slice(from, Math.max(from, b)))
        reached = Math.max(reached, Math.max(from, b))
      }
      state = foldRun(state, events.slice(Math.min(reached, 2)))
      expect(state).toEqual(foldRun(startRun([]), events))
    }),
  )
})

test('folding leaves the earlier state as it was', () => {
  const before = foldRun(startRun([]), events.slice(0, 3))
  const copy = structuredClone(before)
  foldRun(before, events.slice(3))
  expect(before).toEqual(copy)
})

test('an answer that is continued keeps its first part', () => {
  const state = foldRun(startRun([{ type: 'text', text: 'Before. ' }]), events)
  expect(state.folded.parts.map((part) => part.type === 'text' && part.text)).toEqual(['Before. ', text])
})

test('what is waited for is shown until something happens', () => {
  const wait: StreamPart = { type: 'data-status', transient: true, data: { kind: 'retrying', text: 'Trying again' } }
  const waiting = foldRun(startRun([]), [...events.slice(0, 2), { seq: null, part: wait }])
  expect(waiting.status?.text).toBe('Trying again')
  expect(foldRun(waiting, events.slice(2, 3)).status).toBeNull()
})
