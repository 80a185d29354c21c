// `npm run test:manifests [-- <filter>…]`: the Kubernetes manifests, the chart, the pipelines and the configuration they
// share, validated by the programs that read them. The last lines count, and name what this machine does not have.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countReport, formatCounts } from '../../../scripts/test/counts.ts'
import { prepareTools } from './tools.ts'

const root = join(import.meta.dirname, '../../..')
const { missing } = await prepareTools(['helm', 'kubeconform', 'kustomize', 'actionlint'])

/** What speaks to none of the programs that Go brings. */
const independent = ['make-secrets', 'doctor']

const folder = await mkdtemp(join(tmpdir(), 'ai-assistant-report-'))
try {
  const report = join(folder, 'report.json')
  const exitCode = await runVitest(report, missing.length > 0 ? independent : process.argv.slice(2))
  const counts = countReport(await readFile(report, 'utf8').catch(() => null), exitCode)
  if (counts.passed + counts.failed === 0) counts.failed = 1
  console.log(`\n${formatCounts(counts)}`)
  if (missing.length > 0) console.log(`Left out, not to be had on this machine without Go: ${missing.join(', ')}`)
  process.exitCode = counts.failed === 0 ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}

function runVitest(report: string, filters: string[]): Promise<number> {
  const args = ['run', '--root', 'tests/manifests']
  const reporters = ['--reporter', 'default', '--reporter', 'json', `--outputFile.json=${report}`]
  const child = spawn(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), ...args, ...reporters, ...filters],
    { cwd: root, stdio: 'inherit' },
  )
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
