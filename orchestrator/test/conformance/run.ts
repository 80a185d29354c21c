import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * Runs the official MCP conformance suite against our client and against a server made of our example server's code.
 * Prints each scenario that failed, then figures; the last line is `N passed, N failed`, counted in checks. Scenarios in
 * `expected-failures.yaml` are extensions: they are run and reported, and not counted.
 */
const here = import.meta.dirname
const require = createRequire(import.meta.url)
const suite = join(dirname(require.resolve('@modelcontextprotocol/conformance/package.json')), 'dist/index.js')
const baseline = join(here, 'expected-failures.yaml')
const client = ['client', '--command', `"${process.execPath}" "${join(here, 'client.ts')}"`]
const fixtures = join(here, '../../../mcp_servers/example/test/conformance/main.ts')

interface Figures {
  passed: number
  failed: number
}

async function runSuite(title: string, args: string[]): Promise<Figures> {
  const { output, code } = await run([suite, ...args, '--expected-failures', baseline])
  const expected = await expectedFailures(args[0] ?? '')
  const figures: Figures = { passed: 0, failed: 0 }
  const skipped: string[] = []
  let scenarios = 0
  for (const [, name = '', passed, failed] of output.matchAll(/^[✓✗] (\S+): (\d+) passed, (\d+) failed/gmu)) {
    if (expected.has(name)) {
      skipped.push(name)
      continue
    }
    scenarios += 1
    figures.passed += Number(passed)
    figures.failed += Number(failed)
    if (Number(failed) > 0) console.log(`  failed: ${name} (${failed} checks)`)
  }
  // A suite that ran nothing, or that judges by more than its checks, must not look well.
  if (scenarios === 0 || (code !== 0 && figures.failed === 0)) {
    figures.failed += 1
    console.log(output.slice(-4000))
  }
  const extensions = skipped.length === 0 ? '' : `; extensions not counted: ${skipped.join(', ')}`
  console.log(`${title}: ${scenarios} scenarios, ${figures.passed} passed, ${figures.failed} failed${extensions}`)
  return figures
}

/** The scenarios listed below `client:` or `server:`. The file is as simple as it looks; a fuller reader is not needed. */
async function expectedFailures(side: string): Promise<Set<string>> {
  const expected = new Set<string>()
  let section = ''
  for (const line of (await readFile(baseline, 'utf8')).split('\n')) {
    section = /^(\w+):$/.exec(line)?.[1] ?? section
    const name = /^ {2}- (\S+)$/.exec(line)?.[1]
    if (name !== undefined && section === side) expected.add(name)
  }
  return expected
}

async function run(args: string[]): Promise<{ output: string; code: number | null }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  await once(child, 'close')
  return { output, code: child.exitCode }
}

interface FixtureServer {
  url: string
  stop(): Promise<void>
}

async function startServer(): Promise<FixtureServer> {
  const child = spawn(process.execPath, [fixtures], { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  const line = await Promise.race([once(child.stdout.setEncoding('utf8'), 'data'), ended.then(() => [])])
  if (typeof line[0] !== 'string') throw new Error(`The server with the suite's fixtures did not start: ${fixtures}`)
  return {
    url: line[0].trim(),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

const server = await startServer()
try {
  const runs = [
    await runSuite('client, all that 2026-07-28 requires', [...client, '--requirements', '2026-07-28']),
    await runSuite('client, core suite', [...client, '--suite', 'core']),
    await runSuite('client, authorization suite', [...client, '--suite', 'auth']),
    await runSuite('server, all that 2026-07-28 requires', [
      'server',
      '--url',
      server.url,
      '--requirements',
      '2026-07-28',
    ]),
  ]
  const passed = runs.reduce((sum, run) => sum + run.passed, 0)
  const failed = runs.reduce((sum, run) => sum + run.failed, 0)
  if (failed > 0) process.exitCode = 1
  console.log(`${passed} passed, ${failed} failed`)
} finally {
  await server.stop()
}
