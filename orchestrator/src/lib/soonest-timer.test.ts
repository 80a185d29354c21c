import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { SoonestTimer } from './soonest-timer.ts'

beforeEach(() => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
})

test('what is planned later does not put off what is planned sooner', () => {
  const work = vi.fn<() => void>()
  const timer = new SoonestTimer(work)
  timer.plan(1000)
  timer.plan(0)
  timer.plan(1000)
  vi.advanceTimersByTime(1)
  expect(work).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(5000)
  expect(work).toHaveBeenCalledTimes(1)
})

test('once it has worked it can be planned again; once stopped, no more', () => {
  const work = vi.fn<() => void>()
  const timer = new SoonestTimer(work)
  timer.plan(10)
  vi.advanceTimersByTime(10)
  timer.plan(50)
  vi.advanceTimersByTime(50)
  expect(work).toHaveBeenCalledTimes(2)
  timer.plan(50)
  timer.stop()
  timer.plan(10)
  vi.advanceTimersByTime(100)
  expect(work).toHaveBeenCalledTimes(2)
})
