import { expect, test } from 'vitest'
import { checkerOf } from './check-value.ts'

test('a value is checked, and the fault names its place', () => {
  const check = checkerOf({ type: 'object', properties: { a: { enum: [1, 2] } }, additionalProperties: false })
  expect(check({ a: 1 })).toBeNull()
  expect(check({ a: 3 })).toContain('a')
  expect(check({ b: 1 })).toContain('"b"')
})

test('regular expressions are left to the server, and do not make other checks wrong', () => {
  const check = checkerOf({
    type: 'object',
    properties: { pattern: { type: 'string', pattern: '^(a+)+$' } },
    patternProperties: { '^x-': { type: 'string' } },
    additionalProperties: false,
  })
  expect(check({ pattern: `${'a'.repeat(50)}!`, 'x-1': 'b' })).toBeNull()
  expect(check({ pattern: 1 })).toContain('pattern')
})

test.each([
  ['references that multiply', bomb(40)],
  ['a reference to itself', { type: 'object', allOf: [{ $ref: '#' }] }],
  ['a reference to nothing', { $ref: '#/$defs/missing' }],
  ['a dialect of its own', { $schema: 'https://example.org/dialect', type: 'string' }],
])('a schema with %s stalls nobody', (_, schema) => {
  expect(checkerOf(schema)({ a: 1 })).toBeNull()
})

test('a tree is checked as far as it is shallow', () => {
  const check = checkerOf({
    type: 'object',
    properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#' } } },
    required: ['name'],
  })
  expect(check({ name: 'a', children: [{ name: 'b' }] })).toBeNull()
  expect(check({ name: 'a', children: [{ nome: 'b' }] })).toContain('name')
})

/** Each definition refers twice to the next: 2^levels to visit. */
function bomb(levels: number): Record<string, unknown> {
  const definitions = Array.from({ length: levels }, (_, level) => {
    const next = { $ref: `#/$defs/d${level + 1}` }
    return [`d${level}`, { allOf: [next, next] }] as const
  })
  return { $ref: '#/$defs/d0', $defs: { ...Object.fromEntries(definitions), [`d${levels}`]: { type: 'object' } } }
}
