import { expect, test } from 'vitest'
import { traceHeader } from './trace-header.ts'

test('what a person does begins a trace of its own, which the servers decide to record or not', () => {
  const one = traceHeader().traceparent
  expect(one).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  expect(traceHeader().traceparent).not.toBe(one)
})
