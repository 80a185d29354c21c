import { expect, test } from 'vitest'
import { planCalls } from './plan-calls.ts'
import { agrees } from './test/agrees.ts'
import * as first from './test/held-out-1.ts'
import * as second from './test/held-out-2.ts'
import * as third from './test/held-out-3.ts'
import { everydayTools, foreignTools } from './test/tools.ts'

const today = new Date(2026, 2, 11, 10, 0, 0)

// Written down and asked only after the matcher stood. The third round was asked once and nothing was changed for it, so its share is
// what a tool of someone else's may expect; the first two were mended for afterwards.
test.each([
  ['first', first, 22],
  ['second', second, 19],
  ['third', third, 18],
])('tools never seen before are called rightly: %s round', (_, { tools, questions }, least) => {
  const all = [...everydayTools, ...foreignTools, ...tools]
  const right = questions.filter(({ ask, calls }) => {
    const made = planCalls(ask, all, today).calls.map((call) => [call.tool.tool.name, call.args, call.missing.length])
    return agrees(
      made,
      calls.map(([name, args]) => [name, args, 0]),
    )
  })
  expect(right.length).toBeGreaterThanOrEqual(least)
})
