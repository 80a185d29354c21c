import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { breakCopy } from '@ai-assistant/system-tests/broken/break-copy'
import { z } from 'zod'
import { type BrokenBuild, brokenBuilds } from './broken-builds.ts'
import { copyRepository } from './copy-repository.ts'

/**
 * Breaks a copy in each way, and runs the test that must tell. First all of these tests run on the copy as it is: one that
 * fails there would say nothing. Resolves to how many builds were not caught.
 */
export async function tryBrokenBuilds(root: string, name: string): Promise<number> {
  const builds = brokenBuilds.filter((build) => name === 'all' || build.name.includes(name))
  if (builds.length === 0) throw new Error(`There is no broken build ${name}`)
  const home = await mkdtemp(join(tmpdir(), 'ai-assistant-broken-'))
  try {
    const copy = await copyRepository(root, home)
    const sound = (await run(copy, builds)).filter(({ status }) => status === 'passed')
    let missed = 0
    for (const build of builds) {
      const isSound = sound.some((result) => isOf(build, result))
      const verdict = isSound ? await tryOne(root, copy, build) : 'ITS TEST FAILS ANYWAY'
      if (verdict !== 'caught') missed += 1
      console.log(`${build.name.padEnd(34)} ${verdict.padEnd(8)} ${build.test.file}: ${build.test.name}`)
    }
    console.log(`\n${builds.length - missed} passed, ${missed} failed`)
    return missed
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

async function tryOne(root: string, copy: string, build: BrokenBuild): Promise<string> {
  await breakCopy(copy, build.changes)
  try {
    const results = await run(copy, [build])
    const failed = results.some((result) => result.status === 'failed' && isOf(build, result))
    return failed ? 'caught' : 'NOT CAUGHT'
  } finally {
    for (const { file } of build.changes) await cp(join(root, file), join(copy, file))
  }
}

interface Result {
  file: string
  title: string
  status: string
}

function isOf({ test }: BrokenBuild, { file, title }: Result): boolean {
  return file.endsWith(test.file) && title.startsWith(test.name)
}

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(z.object({ title: z.string(), status: z.string() })),
    }),
  ),
})

/** Runs the tests of these builds in the copy. */
async function run(copy: string, builds: readonly BrokenBuild[]): Promise<Result[]> {
  const report = join(copy, '..', 'report.json')
  await rm(report, { force: true })
  const of = (part: 'project' | 'file' | 'name'): string[] => [...new Set(builds.map(({ test }) => test[part]))]
  const names = of('name').map((name) => name.replaceAll(/[^\w ]/g, '.'))
  const args = [
    join(copy, 'node_modules/vitest/vitest.mjs'),
    'run',
    ...of('project').flatMap((project) => ['--project', project]),
    ...of('file'),
    `--testNamePattern=${names.join('|')}`,
    '--reporter=json',
    `--outputFile=${report}`,
  ]
  const child = spawn(process.execPath, args, {
    cwd: copy,
    env: { ...process.env, ...(builds.length === 1 && builds[0]?.whole ? { ATTACKS: 'all' } : {}) },
    stdio: process.env['BROKEN_DETAILS'] ? 'inherit' : 'ignore',
  })
  await once(child, 'exit')
  const { testResults } = reportSchema.parse(JSON.parse(await readFile(report, 'utf8')))
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ title, status }) => ({ file: name, title, status })),
  )
}
