// `npm run test:recovery [-- --damaged 1000] [-- --measure 1000000] [-- <filter>…]`: systems are destroyed and come back, restores
// are killed, backups are damaged in many ways. With --measure: how long it takes for so many messages.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { countReport, formatCounts } from '../../../scripts/test/counts.ts'
import { measure } from './measure.ts'

const root = join(import.meta.dirname, '../../..')
const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: { damaged: { type: 'string', default: '50' }, measure: { type: 'string' } },
})
if (values.measure === undefined) await runTests()
else await measure(Number(values.measure))

async function runTests(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ai-assistant-report-'))
  try {
    const report = join(folder, 'report.json')
    const exitCode = await runVitest(report)
    const counts = countReport(await readFile(report, 'utf8').catch(() => null), exitCode)
    if (counts.passed + counts.failed === 0) counts.failed = 1
    console.log(`\n${formatCounts(counts)}`)
    process.exitCode = counts.failed === 0 ? 0 : 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function runVitest(report: string): Promise<number> {
  const args = ['run', '--root', 'tests/recovery']
  const reporters = ['--reporter', 'default', '--reporter', 'json', `--outputFile.json=${report}`]
  const child = spawn(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), ...args, ...reporters, ...filters],
    { cwd: root, stdio: 'inherit', env: { ...process.env, DAMAGED_BACKUPS: values.damaged } },
  )
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
