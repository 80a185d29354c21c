import { expect, test } from 'vitest'
import { callTool, quietCall } from '../../test/call.ts'
import { runTimer } from './run-timer.ts'

test('reports each step, then that the time is up', async () => {
  const told: [number, number][] = []
  const progress = (done: number, total: number) => Promise.resolve(void told.push([done, total]))
  const { data, text } = await callTool(runTimer, { seconds: 0.05, steps: 3 }, { ...quietCall, progress })
  expect(told).toEqual([
    [1, 3],
    [2, 3],
    [3, 3],
  ])
  expect(data.waitedSeconds).toBeGreaterThanOrEqual(0.04)
  expect(text).toContain('is up')
})

test('stops when it is cancelled', async () => {
  const controller = new AbortController()
  const waiting = callTool(runTimer, { seconds: 60 }, { ...quietCall, signal: controller.signal })
  controller.abort()
  await expect(waiting).rejects.toThrow(/abort/)
})
