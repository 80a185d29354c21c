import { expect, test } from 'vitest'
import { formatTraceparent, parseTraceparent } from './trace-context.ts'

const header = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test('a context survives its header', () => {
  const context = parseTraceparent(header)
  expect(context).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', sampled: true, remote: true })
  expect(context && formatTraceparent(context)).toBe(header)
})

test.each([
  undefined,
  '',
  header.slice(1),
  `${header}-more`,
  header.toUpperCase(),
  `ff${header.slice(2)}`,
  '00-00000000000000000000000000000000-b7ad6b7169203331-01',
  '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
])('%j begins a trace of its own', (wrong) => {
  expect(parseTraceparent(wrong)).toBeNull()
})

test('a later version is read as far as it is known', () => {
  expect(parseTraceparent(`01${header.slice(2)}-more`)).toMatchObject({ spanId: 'b7ad6b7169203331' })
})
