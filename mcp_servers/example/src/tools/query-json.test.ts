import fc from 'fast-check'
import { expect, test } from 'vitest'
import { callTool } from '../../test/call.ts'
import { queryJson } from './query-json.ts'

const store = {
  books: [
    { title: 'A', price: 8, tags: ['x'] },
    { title: 'B', price: 12 },
    { title: 'C', price: 23, isbn: null },
  ],
  'odd name': { price: 5 },
}

const query = async (path: string, document: unknown = store) =>
  (await callTool(queryJson, { json: JSON.stringify(document), path })).data.values

test.each([
  ['$', [store]],
  ['$.books[0].title', ['A']],
  ['books[0].title', ['A']],
  ['$.books[-1].title', ['C']],
  ['$.books[7]', []],
  ['$.books[1:].title', ['B', 'C']],
  ['$.books[:-1].title', ['A', 'B']],
  ['$.books[*].title', ['A', 'B', 'C']],
  ['$.books.*.title', ['A', 'B', 'C']],
  ["$['odd name'].price", [5]],
  ['$..price', [8, 12, 23, 5]],
  ['$..tags[*]', ['x']],
  ['$.books[?(@.price < 20)].title', ['A', 'B']],
  ["$.books[?@.title == 'B'].price", [12]],
  ['$.books[?(@.isbn)].title', ['C']],
  ['$.books[?(@.isbn == null)].title', ['C']],
  ['$.books[?(@.tags != 1)].title', ['A', 'B', 'C']],
  ['$.constructor', []],
  ['$.__proto__', []],
  ['$.books.length', []],
])('%s selects %j', async (path, expected) => {
  expect(await query(path)).toEqual(expected)
})

test.each(['.', '$.books[', '$.books[?(@.price + 1)]', '$.books[(@.length-1)]', '$...a', 'alert(1)'])(
  'the path %j is refused',
  async (path) => {
    await expect(query(path)).rejects.toThrow(/not understood/)
  },
)

test('text that is not JSON is refused with where it breaks', async () => {
  await expect(callTool(queryJson, { json: '{"a":', path: '$' })).rejects.toThrow(/not valid JSON/)
})

test('a path that would look at too much is refused, not endured', async () => {
  const wide = Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => 0))
  await expect(query('$..*..*..*', wide)).rejects.toThrow(/too many values/)
})

test('documents are walked to a depth of 500, deeper ones refused', async () => {
  const nested = (depth: number) => `${'['.repeat(depth)}7${']'.repeat(depth)}`
  expect((await callTool(queryJson, { json: nested(500), path: '$..[?(@ == 7)]' })).data.values).toEqual([7])
  await expect(callTool(queryJson, { json: nested(501), path: '$' })).rejects.toThrow(/nested/)
  await expect(callTool(queryJson, { json: nested(99_000), path: '$' })).rejects.toThrow(/nested/)
})

test('a name path finds what plain access finds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue(), { minKeys: 1 }),
      async (document) => {
        for (const [name, value] of Object.entries(document)) {
          const [found] = await query(`$.${name}`, document)
          expect(found).toEqual(JSON.parse(JSON.stringify(value)))
        }
      },
    ),
  )
})
