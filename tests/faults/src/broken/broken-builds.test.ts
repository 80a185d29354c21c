import { resolve } from 'node:path'
import { breakTexts } from '@ai-assistant/system-tests/broken/break-copy'
import { expect, test } from 'vitest'
import { brokenBuilds } from './broken-builds.ts'

const source = resolve(import.meta.dirname, '../../../../orchestrator/src')

// Whoever changes a line that a broken build takes out hears of it here, and not in the hour in which all are tried.
test.each(brokenBuilds)('the build $name breaks the code as it is now', async ({ changes }) => {
  expect((await breakTexts(source, changes)).size).toBeGreaterThan(0)
})
