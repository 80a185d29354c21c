import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { breakTexts } from '@ai-assistant/system-tests/broken/break-copy'
import { expect, test } from 'vitest'
import { brokenBuilds } from './broken-builds.ts'

const root = resolve(import.meta.dirname, '../../../..')

// Whoever changes a line that a broken build takes out hears of it here, and not in the hour in which all are tried.
test.each(brokenBuilds)('the build $name breaks the code as it is now', async ({ changes }) => {
  expect((await breakTexts(root, changes)).size).toBeGreaterThan(0)
})

test('each test that the table of incidents names has been seen to fail on a broken build', async () => {
  const security = await readFile(join(root, 'docs/security.md'), 'utf8')
  const [, table = ''] = security.split('## What went wrong elsewhere')
  const named = new Set([...table.matchAll(/`(?:[\w-]+\/)*([\w-]+\.test\.ts)`/g)].map(([, file]) => file))
  const tried = new Set(brokenBuilds.map(({ test: { file } }) => file.split('/').at(-1)))
  expect(named.size).toBeGreaterThan(15)
  expect([...named].filter((file) => !tried.has(file))).toEqual([])
})
