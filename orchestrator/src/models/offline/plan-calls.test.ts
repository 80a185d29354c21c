import { expect, test } from 'vitest'
import { planCalls } from './plan-calls.ts'
import { everydayQuestions, foreignQuestions, plainTalk } from './test/questions.ts'
import type { Question } from './test/questions.ts'
import { everydayTools, foreignTools } from './test/tools.ts'
import { agrees } from './test/agrees.ts'

const today = new Date(2026, 2, 11, 10, 0, 0)
const all = [...everydayTools, ...foreignTools]

test.each([...everydayQuestions, ...foreignQuestions])('$ask', ({ ask, calls }: Question) => {
  const plan = planCalls(ask, all, today)
  const made = plan.calls.map((call) => [call.tool.tool.name, call.args, call.missing.map((field) => field.name)])
  expect(
    agrees(
      made,
      calls.map(([name, args]) => [name, args, []]),
    ),
    JSON.stringify(made),
  ).toBe(true)
})

test.each(plainTalk)('no tool is called for: %s', (ask) => {
  expect(planCalls(ask, all, today).calls.map((call) => [call.tool.tool.name, call.args])).toEqual([])
})
