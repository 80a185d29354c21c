import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { variables } from '../src/config/env.ts'
import type { OpenedDatabase } from '../src/storage/pooled-database.ts'
import { startApp } from './support/start-app.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const pages = readdirSync(join(root, 'docs/runbooks')).filter((name) => name.endsWith('.md'))
/** Everything that a page says to type, or that is named as it is written somewhere. */
const quoted = [
  ...new Set(
    pages.flatMap((page) => [...read(`docs/runbooks/${page}`).matchAll(/`([^`\n]+)`/g)]).map(([, text = '']) => text),
  ),
]
const such = (pattern: RegExp): string[] =>
  quoted.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name))

test('what the runbooks say to look at is there: commands, services, variables, paths', () => {
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts)
  expect(such(/^npm run ([\w:-]+)/g).filter((name) => !scripts.includes(name))).toEqual([])
  expect(such(/((?:scripts|monitoring|docs|k8s)\/[\w./-]+)/g).filter((path) => !existsSync(join(root, path)))).toEqual(
    [],
  )
  const services = such(/^docker compose (?:ps|logs)(?: --tail \d+)? (\S+)$/g)
  expect(services.filter((name) => !read('docker-compose.yml').includes(`\n  ${name}:`))).toEqual([])
  const kinds = such(/(?:app=|deployment\/|cronjob\/)([a-z-]+)/g)
  const cluster = ['deployments/orchestrator', 'deployments/frontend', 'cronjob-backup'].map((name) =>
    read(`k8s/base/${name}.yaml`),
  )
  expect(kinds.filter((name) => !cluster.join('').includes(`name: ${name}\n`))).toEqual([])
  const named = such(/\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/g)
  expect(named.filter((name) => !Object.hasOwn(variables, name) && name !== 'ORCHESTRATOR_URL')).toEqual([])
  // A pattern that finds nothing proves nothing.
  expect([services, kinds, named].map((found) => found.length > 2)).toEqual([true, true, true])
})

test('the statements and expressions of the runbooks can be run, and name what there is', async () => {
  const opened: OpenedDatabase[] = []
  const app = await startApp({ wrap: (one) => (opened.push(one), one) })
  const statements = quoted.filter((text) => /^select .* from /.test(text))
  expect(statements.length).toBeGreaterThan(2)
  for (const statement of statements) {
    const run = opened[0]?.administer((client) => client.query(statement))
    await expect(run, statement).resolves.toBeDefined()
  }
  const metrics = await (await fetch(`${app.url}/metrics`)).text()
  const series = such(/\b([a-z]+(?:_[a-z0-9]+)+?)(?:_bucket|_sum|_count)?(?=[{[])/g).concat(such(/\((runs_active)\)/g))
  expect(series.length).toBeGreaterThan(5)
  expect(series.filter((name) => !metrics.includes(`# TYPE ${name} `))).toEqual([])
})
