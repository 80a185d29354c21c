import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Counts, countReport } from './counts.ts'
import type { Stage } from './stages.ts'

/** Runs one stage, its output passed on, and counts it. With filters a stage may find nothing to do. */
export async function runStage(stage: Stage, root: string, filters: string[]): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'ai-assistant-report-'))
  const report = join(folder, 'report.json')
  try {
    const exitCode = await runVitest(root, stage.database, [
      ...stage.projects.flatMap((project) => ['--project', project]),
      '--reporter',
      'default',
      '--reporter',
      'json',
      `--outputFile.json=${report}`,
      ...(filters.length > 0 ? ['--passWithNoTests', ...filters] : []),
    ])
    return countReport(await readFile(report, 'utf8').catch(() => null), exitCode)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function runVitest(root: string, database: string, args: string[]): Promise<number> {
  const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args], {
    cwd: root,
    env: { ...process.env, TEST_DATABASE: database },
    stdio: 'inherit',
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
