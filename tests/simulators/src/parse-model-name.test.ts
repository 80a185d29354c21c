import { expect, test } from 'vitest'
import { parseModelName } from './parse-model-name.ts'

test('reads every kind of option', () => {
  const behaviour = parseModelName(
    'sim-ttft200-itl20-len400-tools1-fail500x2-seed7-stall5x1-crlf-usage~twice-refuse~max_tokens',
  )
  expect(behaviour?.numbers).toMatchObject({ ttft: 200, itl: 20, len: 400, tools: 1, seed: 7 })
  expect(behaviour?.fail).toEqual({ status: 500, times: 2 })
  expect(behaviour?.faults).toEqual({ stall: { after: 5, times: 1 } })
  expect([...(behaviour?.flags ?? [])]).toEqual(['crlf'])
  expect(behaviour?.words).toEqual({ usage: 'twice' })
  expect(behaviour?.refuses).toEqual(['max_tokens'])
})

test('a fault without a count happens always, from the start', () => {
  expect(parseModelName('sim-rst')?.faults).toEqual({ rst: { after: 0, times: Infinity } })
})

test.each(['gpt-4o', 'sim-len', 'sim-lem40', 'sim-usage~thrice', 'sim-crlf2', 'sim-fail5', 'simulator', ''])(
  '%j is no simulated model',
  (name) => {
    expect(parseModelName(name)).toBeNull()
  },
)
