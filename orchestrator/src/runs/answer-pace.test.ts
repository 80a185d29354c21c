import { expect, test } from 'vitest'
import { AnswerPace } from './answer-pace.ts'
import type { RunObserver } from './run-context.ts'

const nothing = (): void => {}

function watched(receivedAt: number | null) {
  const seen: [string, number][] = []
  const clock = { now: 0 }
  const observe: RunObserver = {
    started: nothing,
    parked: nothing,
    firstToken: nothing,
    stall: nothing,
    overhead: (_, seconds) => void seen.push(['overhead', seconds]),
    longestPause: (_, seconds) => void seen.push(['pause', seconds]),
    modelRetry: nothing,
    modelCall: nothing,
    toolCall: nothing,
    ended: nothing,
    takenOver: nothing,
  }
  const pace = new AnswerPace({ clock: () => clock.now, observe, receivedAt })
  const at = (ms: number, event: 'calling' | 'arrived' | 'shown' | 'settled'): void => {
    clock.now = ms
    if (event === 'calling') pace.calling('m')
    else pace[event]()
  }
  return { seen, at }
}

test('the first token costs what it took beside the model', () => {
  const { seen, at } = watched(1000)
  at(1030, 'calling')
  at(3030, 'arrived')
  at(3050, 'shown')
  expect(seen).toEqual([['overhead', 0.05]])
})

test('the longest pause is the one that readers saw, whoever made it', () => {
  const { seen, at } = watched(null)
  at(0, 'calling')
  at(500, 'arrived')
  at(510, 'shown')
  at(4510, 'shown')
  at(4600, 'shown')
  at(4700, 'settled')
  expect(seen).toEqual([['pause', 4]])
})

test('the time that tools take is no pause, and no cost of a first token', () => {
  const { seen, at } = watched(0)
  at(10, 'calling')
  at(20, 'settled')
  at(9000, 'calling')
  at(9100, 'arrived')
  at(9110, 'shown')
  at(9120, 'settled')
  expect(seen).toEqual([['pause', 0]])
})
