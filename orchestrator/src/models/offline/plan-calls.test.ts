import { expect, test } from 'vitest'
import type { ModelTool } from '../language-model.ts'
import { planCalls } from './plan-calls.ts'
import { agrees } from './test/agrees.ts'
import { everydayQuestions, foreignQuestions, plainTalk } from './test/questions.ts'
import type { Question } from './test/questions.ts'
import { everydayTools, foreignTools } from './test/tools.ts'

const today = new Date(2026, 2, 11, 10, 0, 0)
const all = [...everydayTools, ...foreignTools]

function callsFor(ask: string, tools: readonly ModelTool[]): unknown {
  const { calls } = planCalls(ask, tools, today)
  return calls.map((call) => [call.tool.tool.name, call.args, call.missing.map((field) => field.name)])
}

/** The wanted calls themselves where the made ones agree with them: a RegExp among them is no value to compare with. */
function agreed(made: unknown, { calls }: Question): unknown {
  const expected = wantedCalls(calls)
  return agrees(made, expected) ? expected : made
}

function wantedCalls(calls: Question['calls']): unknown[] {
  return calls.map(([name, args]) => [name, args, []])
}

test.each([...everydayQuestions, ...foreignQuestions])('among all tools: $ask', (question) => {
  expect(agreed(callsFor(question.ask, all), question)).toEqual(wantedCalls(question.calls))
})

test.each([...everydayQuestions, ...foreignQuestions])('with no other tool about: $ask', (question) => {
  const wanted = new Set(question.calls.map(([name]) => name))
  const tools = all.filter((tool) => wanted.has(tool.name))
  expect(agreed(callsFor(question.ask, tools), question)).toEqual(wantedCalls(question.calls))
})

test.each(plainTalk)('no tool is called for: %s', (ask) => {
  expect(callsFor(ask, all)).toEqual([])
})
