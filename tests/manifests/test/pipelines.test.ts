import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { needed, root } from '../src/render.ts'
import { run, tryRun } from '../src/run.ts'

const workflow = join(root, '.github/workflows/deploy.yml')
const gitlab = join(root, '.gitlab-ci.yml')

const stepSchema = z.looseObject({ uses: z.string().optional(), run: z.string().optional() })
const jobsSchema = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.looseObject({
      'timeout-minutes': z.number(),
      permissions: z.record(z.string(), z.string()).optional(),
      steps: z.array(stepSchema),
    }),
  ),
})

test("GitHub's pipeline is one that actionlint accepts, and finds faults in when there are any", async () => {
  await run(needed('actionlint'), [workflow])
  const broken = readFileSync(workflow, 'utf8').replace('needs: build', 'needs: biuld')
  const { code, stdout } = await tryRun(needed('actionlint'), ['-'], { input: broken })
  expect(code).not.toBe(0)
  expect(stdout).toContain('biuld')
})

test('every action is pinned to a commit, with its version beside it', () => {
  const lines = readFileSync(workflow, 'utf8').match(/uses: .+/g) ?? []
  expect(lines.length).toBeGreaterThan(5)
  for (const line of lines) expect(line).toMatch(/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
})

test('no job may write more than it must, and secrets reach no pull request', () => {
  const { permissions, jobs } = jobsSchema.parse(parse(readFileSync(workflow, 'utf8')))
  expect(permissions).toEqual({ contents: 'read' })
  const writing = Object.entries(jobs).flatMap(([name, job]) =>
    Object.entries(job.permissions ?? {})
      .filter(([, right]) => right === 'write')
      .map(([right]) => `${name}: ${right}`),
  )
  expect(writing).toEqual(['build: packages'])
  for (const name of ['build', 'deploy']) expect(String(jobs[name]?.['if'])).toContain("github.event_name == 'push'")
  // An expression within a script would run what a branch is called.
  for (const { steps } of Object.values(jobs)) for (const step of steps) expect(step.run ?? '').not.toContain('${{')
})

test("GitLab's pipeline is valid; develop goes to staging, and main to production by hand", async () => {
  const jobs = async (branch: string) => {
    const program = join(root, 'node_modules/gitlab-ci-local/dist/index.js')
    const folder = mkdtempSync(join(tmpdir(), 'ai-assistant-gitlab-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    // A repository of its own, so that its branch can be chosen.
    const git = (...args: string[]) => run('git', ['-C', folder, ...args])
    await git('init', '-q', '-b', branch)
    await git('remote', 'add', 'origin', 'git@example.com:group/ai-assistant.git')
    writeFileSync(join(folder, '.gitlab-ci.yml'), readFileSync(gitlab))
    await git('add', '.')
    await git('-c', 'user.name=x', '-c', 'user.email=x@example.com', 'commit', '-qm', 'x')
    const listed = await run(process.execPath, [program, '--list-csv'], { cwd: folder })
    return listed
      .split('\n')
      .map((line) => line.split(';'))
      .filter((fields) => fields.length > 3)
  }
  const [develop, main] = [await jobs('develop'), await jobs('main')]
  expect(develop.find(([name]) => name === 'deploy:staging')).toContain('on_success')
  expect(develop.some(([name]) => name === 'deploy:production')).toBe(false)
  expect(main.find(([name]) => name === 'deploy:production')).toContain('manual')
  expect(main.some(([name]) => name === 'deploy:staging')).toBe(false)
  for (const listed of [develop, main])
    expect(listed.map(([name]) => name)).toEqual(
      expect.arrayContaining(['test', 'scan', 'build:orchestrator', 'build:frontend']),
    )
})

test('pipelines call scripts that are there', () => {
  const text = readFileSync(workflow, 'utf8') + readFileSync(gitlab, 'utf8')
  const scripts = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).scripts
  const called = [...text.matchAll(/npm run (\S+)/g)].map(([, name]) => name ?? '')
  expect(called).toEqual(expect.arrayContaining(['check', 'test:coverage', 'test:manifests']))
  expect(called.filter((name) => scripts[name] === undefined)).toEqual([])
  for (const [, name] of text.matchAll(/(scripts\/\w+\.sh)/g))
    expect(existsSync(join(root, name ?? '')), name).toBe(true)
  for (const [, name] of text.matchAll(/(\S+Dockerfile)/g)) expect(existsSync(join(root, name ?? '')), name).toBe(true)
})

/** A kubectl that notes what it is asked, and fails at what the test says; the real one renders. */
function fakeCluster(failing: string) {
  const folder = mkdtempSync(join(tmpdir(), 'ai-assistant-cluster-'))
  const script = `#!/usr/bin/env bash
echo "$*" >>"${folder}/asked"
case "$*" in
  kustomize*) exec "${needed('kustomize')}" build "$2" ;;
  "apply -k "*) "${needed('kustomize')}" build "$3" >"${folder}/applied" ;;
esac
[[ "$*" != ${failing} ]]
`
  writeFileSync(join(folder, 'kubectl'), script)
  chmodSync(join(folder, 'kubectl'), 0o755)
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return {
    env: { PATH: [folder, process.env['PATH']].join(delimiter) },
    asked: () => readFileSync(join(folder, 'asked'), 'utf8'),
    applied: () => readFileSync(join(folder, 'applied'), 'utf8'),
  }
}

test('a deployment applies the release, waits for it, and says so', async () => {
  const cluster = fakeCluster("'nothing fails'")
  const args = ['--overlay', 'staging', '--images', 'registry.example.com/group', '--tag', 'abc']
  const told = await run(join(root, 'scripts/deploy.sh'), args, { env: cluster.env })
  expect(told).toContain('Rolled out: orchestrator frontend mcp-example in ai-assistant-staging')
  for (const name of ['orchestrator', 'frontend', 'mcp-example']) {
    expect(cluster.applied()).toContain(`image: registry.example.com/group/${name}:abc`)
    expect(cluster.asked()).toContain(`rollout status deployment/${name} -n ai-assistant-staging`)
  }
  expect(cluster.asked()).not.toContain('undo')
  expect(readdirSync(join(root, 'k8s/overlays')).filter((name) => name.startsWith('release-'))).toEqual([])
})

test.each([
  ['the rollout of frontend did not end', '"rollout status deployment/frontend"*'],
  ['the database could not be migrated', '"wait --for=condition=complete job/migrate"*'],
  ['the cluster refuses the manifests', '"apply -k"*'],
])('where %s, everything goes back to what it was', async (reason, failing) => {
  const cluster = fakeCluster(failing)
  const { code, stderr } = await tryRun(join(root, 'scripts/deploy.sh'), ['--overlay', 'production'], {
    env: cluster.env,
  })
  expect(code).toBe(1)
  expect(stderr).toContain(reason)
  expect(stderr).toContain('Rolled back: orchestrator frontend mcp-example')
  for (const name of ['orchestrator', 'frontend', 'mcp-example']) {
    expect(cluster.asked()).toContain(`rollout undo deployment/${name} -n ai-assistant`)
  }
})
