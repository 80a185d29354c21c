import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { breakCopy } from '@ai-assistant/system-tests/broken/break-copy'
import { expect, test } from 'vitest'
import { brokenBuilds } from './broken-builds.ts'

const source = resolve(import.meta.dirname, '../../../../orchestrator/src')

// Whoever changes a line that a broken build takes out hears of it here, and not in the hour in which all are tried.
test.each(brokenBuilds)('the build $name breaks the code as it is now', async (build) => {
  const folder = await mkdtemp(join(tmpdir(), 'ai-assistant-broken-'))
  try {
    for (const { file } of build.changes) await cp(join(source, file), join(folder, file))
    await expect(breakCopy(folder, build.changes)).resolves.toBeUndefined()
  } finally {
    await rm(folder, { recursive: true })
  }
})
