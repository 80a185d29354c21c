import { expect, test } from 'vitest'
import { createBreaker, modelBreaker } from './breaker.ts'

function start() {
  const clock = { now: 0 }
  const breaker = createBreaker(modelBreaker, () => clock.now)
  const call = (outcome: 'success' | 'failure' | 'neutral') => breaker.enter()?.settle(outcome)
  return { clock, breaker, call }
}

test('opens when half of twenty calls within the window failed, and not before', () => {
  const { breaker, call } = start()
  for (let n = 0; n < 10; n += 1) call('success')
  for (let n = 0; n < 9; n += 1) call('failure')
  expect(breaker.state()).toBe('closed')
  call('failure')
  expect(breaker.state()).toBe('open')
  expect(breaker.enter()).toBeNull()
  expect(breaker.opensInMs()).toBe(modelBreaker.openMs)
})

test('failures older than the window and neutral outcomes do not count', () => {
  const { clock, breaker, call } = start()
  for (let n = 0; n < 19; n += 1) call('failure')
  for (let n = 0; n < 50; n += 1) call('neutral')
  clock.now += modelBreaker.windowMs
  call('failure')
  expect(breaker.state()).toBe('closed')
})

test('lets one probe through, and its outcome decides', () => {
  const { clock, breaker, call } = start()
  for (let n = 0; n < 20; n += 1) call('failure')
  clock.now += modelBreaker.openMs
  expect(breaker.state()).toBe('half-open')
  const probe = breaker.enter()
  expect(breaker.enter()).toBeNull()
  probe?.settle('failure')
  expect(breaker.state()).toBe('open')
  clock.now += modelBreaker.openMs
  breaker.enter()?.settle('neutral')
  expect(breaker.state()).toBe('half-open')
  const second = breaker.enter()
  second?.alive()
  expect(breaker.state()).toBe('closed')
  second?.settle('failure')
  expect(breaker.state()).toBe('closed')
})

test('a ticket settled twice counts once', () => {
  const { breaker } = start()
  for (let n = 0; n < 10; n += 1) {
    const ticket = breaker.enter()
    ticket?.settle('failure')
    ticket?.settle('failure')
  }
  expect(breaker.state()).toBe('closed')
})
