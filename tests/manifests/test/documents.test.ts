import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { commandsOf } from '../../deploy/src/commands-of.ts'
import { documented } from '../../deploy/src/documented.ts'
import { chart, kustomize, needed, root } from '../src/render.ts'
import { run } from '../src/run.ts'

const deployment = readFileSync(join(root, 'docs/deployment.md'), 'utf8')
const checklist = readFileSync(join(root, 'docs/production-checklist.md'), 'utf8')
const both = deployment + checklist

test('the guide has its ten chapters, and the list its 37 boxes, each with a proof', () => {
  expect(deployment.match(/^## .+/gm)?.length).toBe(10)
  const boxes = [...checklist.matchAll(/^- \[[ x]\] \*\*(.+?)\*\* (.*)$/gm)]
  expect(boxes.length).toBe(37)
  for (const [, title, proof] of boxes) expect(proof?.length, title).toBeGreaterThan(5)
})

test('every file, folder and script that is named is there', () => {
  const paths = [
    ...both.matchAll(
      /\b((?:k8s|helm|scripts|docs|nginx|monitoring|tests|orchestrator|frontend|contract)\/[\w./-]*\w)/g,
    ),
  ].map(([, path]) => path ?? '')
  expect(paths.length).toBeGreaterThan(30)
  expect([...new Set(paths)].filter((path) => !existsSync(join(root, path)))).toEqual([])
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
  const called = [...both.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name ?? '')
  expect(called.filter((name) => scripts[name] === undefined)).toEqual([])
})

test('every command is one that is run, and every one that is run is documented', () => {
  const written = [...new Set([...commandsOf(deployment), ...commandsOf(checklist)])]
  expect(written.length).toBeGreaterThan(40)
  const known = documented.map(([command]) => command)
  expect(written.filter((command) => !known.includes(command))).toEqual([])
  expect(known.filter((command) => !written.includes(command))).toEqual([])
  // What only names a program is used, as it is meant to be, by another command.
  const run = documented.filter(([, how]) => how !== 'name' && how !== 'suite').map(([command]) => command)
  const names = documented.filter(([, how]) => how === 'name').map(([command]) => command)
  const used = (name: string) => run.some((command) => command.startsWith(`${name} `))
  expect(names.filter((name) => !used(name))).toEqual(['docker compose --profile logs'])
})

test('the suites that are named are run by .ci/run, and their filters choose some tests', () => {
  const ci = readFileSync(join(root, '.ci/run'), 'utf8')
  const suites = documented.filter(([, how]) => how === 'suite').map(([command]) => command)
  expect(suites.length).toBeGreaterThan(5)
  // By hand, for their length, and by the pipelines.
  const elsewhere = ['npm run test:attacks', 'npm run test:coverage']
  const filter = /^npm run test:manifests (.+)$/
  const filters = suites.flatMap((suite) => filter.exec(suite)?.[1]?.split(' ') ?? [])
  expect(filters.filter((name) => !existsSync(join(import.meta.dirname, `${name}.test.ts`)))).toEqual([])
  const whole = suites.filter((suite) => !filter.test(suite) && !elsewhere.includes(suite))
  expect(whole.filter((suite) => !new RegExp(`${suite}$`, 'm').test(ci))).toEqual([])
})

test('every ticked box names what proves it, and every open one whose it is', () => {
  const boxes = [...checklist.matchAll(/^- \[([ x])\] \*\*(.+?)\*\* (.*)$/gm)]
  const proofs = boxes.filter(([, tick, , proof]) => tick === 'x' && !/`[^`]*[/ ][^`]*`|\]\(/.test(proof ?? ''))
  expect(proofs.map(([, , title]) => title)).toEqual([])
  const nobodys = boxes.filter(([, tick, , proof]) => tick === ' ' && !/[Yy]ours/.test(proof ?? ''))
  expect(nobodys.map(([, , title]) => title)).toEqual([])
})

test('links within the documents lead somewhere', () => {
  const anchors = [...deployment.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    (title ?? '')
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  )
  const asked = [...both.matchAll(/\]\((?:deployment\.md)?#([\w-]+)\)/g)].map(([, anchor]) => anchor ?? '')
  expect(asked.length).toBeGreaterThan(10)
  expect(asked.filter((anchor) => !anchors.includes(anchor))).toEqual([])
})

test('the commands for clusters name overlays, values and objects that exist', async () => {
  const commands = [...both.matchAll(/^(kubectl|helm) .+$/gm)].map(([command]) => command)
  expect(commands.length).toBeGreaterThan(8)
  const applied = await kustomize('k8s/overlays/production')
  const named = commands.flatMap((command) => [...command.matchAll(/\b(deployment|cronjob|secret)[/ ]([\w-]+)/g)])
  expect(named.length).toBeGreaterThan(5)
  // The Secret is made by a Job, which names it.
  const missing = named.filter(([, kind, name]) => !applied.includes(kind === 'secret' ? `'${name}'` : `name: ${name}`))
  expect(missing.map(([text]) => text)).toEqual([])
  const upgrade = commands.find((command) => command.startsWith('helm upgrade')) ?? ''
  const values = [...upgrade.matchAll(/--set \S+/g)].flatMap(([option]) => option.split(' '))
  expect(values.length).toBeGreaterThan(2)
  const rendered = await run(needed('helm'), ['template', 'ai-assistant', chart, ...values])
  expect(rendered).toContain('host: "chat.example.com"')
})

test.each(['scripts/deploy.sh', 'scripts/scan.sh', 'scripts/verify_deployment.sh'])(
  '%s says how it is used',
  async (script) => {
    expect(await run(join(root, script), ['--help'])).toContain(`Usage: ${script}`)
  },
)

test('the sums of connections are right', () => {
  const rows = [...deployment.matchAll(/^\| (\d+) \| (\d+) \+ (\d+) \| (\d+) \| (\d+) \|$/gm)]
  expect(rows.length).toBe(4)
  for (const [, replicas, pool, overflow, most, allowed] of rows) {
    expect(Number(most)).toBe((Number(replicas) + 1) * (Number(pool) + Number(overflow) + 1) + 10)
    expect(Number(allowed)).toBeGreaterThanOrEqual(Number(most))
  }
})
