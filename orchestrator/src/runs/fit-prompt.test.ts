import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ModelMessage, ModelTool } from '../models/language-model.ts'
import { fitPrompt, type PromptInput } from './fit-prompt.ts'

function user(text: string): ModelMessage {
  return { role: 'user', parts: [{ type: 'text', text }] }
}

function turn(question: string, answer: string, result?: string): ModelMessage[] {
  const toolCalls = result === undefined ? [] : [{ id: 'c', name: 'look', arguments: '{}' }]
  const tool: ModelMessage[] =
    result === undefined ? [] : [{ role: 'tool', toolCallId: 'c', toolName: 'look', content: result }]
  return [user(question), { role: 'assistant', text: answer, toolCalls }, ...tool]
}

function input(windowTokens: number, more: Partial<PromptInput>): PromptInput {
  return {
    system: 'Be helpful.',
    turns: [],
    current: [user('And now?')],
    tools: [],
    facts: {
      id: 'small',
      provider: 'compatible',
      origin: null,
      why: '',
      windowTokens,
      answerTokens: Math.floor(windowTokens / 4),
      temperature: null,
    },
    ...more,
  }
}

test('leaves a prompt that fits as it is, and says how full the window is', () => {
  const turns = [turn('One', 'First'), turn('Two', 'Second')]
  const { request, budget } = fitPrompt(input(4000, { turns }))
  expect(request.messages).toEqual([...turns.flat(), user('And now?')])
  expect(budget).toMatchObject({ windowTokens: 4000, answerTokens: 1000, omittedMessages: 0, trimmedToolResults: 0 })
  expect(budget.promptTokens).toBeGreaterThan(0)
  expect(budget.promptTokens).toBeLessThan(200)
})

test('trims old tool results before it leaves a turn out', () => {
  const turns = [turn('One', 'First', 'word '.repeat(3000)), turn('Two', 'Second')]
  const { request, budget } = fitPrompt(input(4000, { turns }))
  expect(budget).toMatchObject({ omittedMessages: 0, trimmedToolResults: 1 })
  expect(request.messages).toHaveLength(6)
  expect(JSON.stringify(request.messages[2])).toContain('left out')
})

test('leaves out the oldest turns whole, so that no result stands without its call', () => {
  const turns = Array.from({ length: 60 }, (_, index) => turn(`Question ${index}`, 'word '.repeat(100), 'short'))
  const { request, budget } = fitPrompt(input(4000, { turns }))
  expect(request.messages[0]?.role).toBe('user')
  expect(budget.omittedMessages % 3).toBe(0)
  expect(budget.omittedMessages).toBeGreaterThan(100)
  expect(JSON.stringify(request.messages)).toContain('Question 59')
})

test('cuts the middle out of a question that is too long by itself', () => {
  const text = `BEGIN ${'word '.repeat(20_000)} END`
  const { request, budget } = fitPrompt(input(4000, { current: [user(text)] }))
  const [only] = request.messages
  const shown = only?.role === 'user' && only.parts[0]?.type === 'text' ? only.parts[0].text : ''
  expect(shown).toMatch(/^BEGIN/)
  expect(shown).toMatch(/END$/)
  expect(budget.promptTokens + budget.answerTokens).toBeLessThanOrEqual(4000)
})

test('offers only as many tools as half of the room holds', () => {
  const tools: ModelTool[] = Array.from({ length: 200 }, (_, index) => ({
    name: `tool_${index}`,
    description: 'does something that takes a while to describe '.repeat(3),
    inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  }))
  const { request, budget } = fitPrompt(input(8000, { tools }))
  expect(request.tools.length).toBeGreaterThan(10)
  expect(request.tools.length).toBeLessThan(100)
  expect(budget.promptTokens + budget.answerTokens).toBeLessThanOrEqual(8000)
})

test('always fits, whatever the conversation', () => {
  const text = fc.string({ maxLength: 6000, unit: 'grapheme' })
  const anyTurn = fc.record({ question: text, answer: text, result: fc.option(text, { nil: undefined }) })
  fc.assert(
    fc.property(
      fc.array(anyTurn, { maxLength: 30 }),
      text,
      fc.integer({ min: 1500, max: 30_000 }),
      (all, now, window) => {
        const turns = all.map(({ question, answer, result }) => turn(question, answer, result))
        const { budget } = fitPrompt(input(window, { turns, current: [user(now)] }))
        expect(budget.promptTokens + budget.answerTokens).toBeLessThanOrEqual(window)
      },
    ),
    { numRuns: 200 },
  )
})
