import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const read = (name: string) => readFileSync(resolve(import.meta.dirname, name), 'utf8')

test('each icon has its symbol, and each symbol its icon', () => {
  const symbols = Array.from(read('icons.svg').matchAll(/<symbol id="([\w-]+)"/g), ([, id]) => id)
  const names = Array.from(read('icon.tsx').matchAll(/^ {2}\| '([\w-]+)'$/gm), ([, name]) => name)
  expect(names.length).toBeGreaterThan(10)
  expect(names).toEqual(symbols)
})
