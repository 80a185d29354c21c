import { expect, test } from 'vitest'
import { findBadImports } from './floors.ts'
import { houses } from './house.ts'

const orchestrator = houses.filter((house) => house.source === 'orchestrator/src')

function check(path: string, text: string): string[] {
  return findBadImports([{ path: `orchestrator/src/${path}`, text }], orchestrator)
}

test('a room may import its own files and lower floors', () => {
  expect(check('runs/start.ts', `import { a } from './b.ts'\nimport type { C } from '../journal/c.ts'`)).toEqual([])
})

test.each([
  ['up', 'storage/pool.ts', `import { a } from '../runs/a.ts'`],
  ['up, as a type', 'storage/pool.ts', `import type { A } from '../runs/a.ts'`],
  ['up, over several lines', 'storage/pool.ts', `import {\n  a,\n  b,\n} from '../runs/a.ts'`],
  ['up, for its effect', 'storage/pool.ts', `import '../runs/a.ts'`],
  ['up, at run time', 'storage/pool.ts', `const a = await import('../runs/a.ts')`],
  ['up, as a worker', 'storage/pool.ts', `new Worker(new URL('../runs/a.ts', import.meta.url))`],
  ['up, passed on', 'storage/pool.ts', `export { a } from '../runs/a.ts'`],
  ['sideways', 'users/sign-in.ts', `import { a } from '../conversations/a.ts'`],
  ['out of the house', 'users/sign-in.ts', `import { a } from '../../../frontend/src/lib/a.ts'`],
  ['a room without a floor', 'users/sign-in.ts', `import { a } from '../helpers/a.ts'`],
  ["another room's library", 'runs/start.ts', `import { Pool } from 'pg'`],
  ["a part of another room's library", 'runs/start.ts', `import { PGlite } from '@electric-sql/pglite/worker'`],
])('no room may import %s', (_, path, text) => {
  expect(check(path, text)).toHaveLength(1)
})

test('a library may be imported in its room', () => {
  expect(check('storage/pool.ts', `import pg from 'pg'`)).toEqual([])
})

test('a file outside every room is a fault', () => {
  expect(check('helpers/a.ts', '')).toHaveLength(1)
})

test('features of the web app do not import each other', () => {
  const web = houses.filter((house) => house.source === 'frontend/src')
  const bad = { path: 'frontend/src/features/chat/a.ts', text: `import { b } from '../sidebar/b.ts'` }
  const good = { path: 'frontend/src/app/a.tsx', text: `import { b } from '../features/chat/b.ts'` }
  expect(findBadImports([bad], web)).toHaveLength(1)
  expect(findBadImports([good], web)).toEqual([])
})

test('the contract imports zod alone', () => {
  const contract = houses.filter((house) => house.source === 'contract/src')
  const text = `import { z } from 'zod'\nimport { readFile } from 'node:fs/promises'`
  expect(findBadImports([{ path: 'contract/src/a.ts', text }], contract)).toHaveLength(1)
})

test('a check that sees no file fails', () => {
  expect(findBadImports([]).length).toBe(houses.length)
})
