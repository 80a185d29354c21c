// `npm run test:attacks [-- <filter>…]`: each hostile text in a browser, and each scenario of a model that obeys its attacker.
// `npm test` tries a sample of them. `-- --broken all`, or a part of a name: the product broken on purpose, as others were.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { tryBrokenBuilds } from './broken/try-broken-builds.ts'

const root = join(import.meta.dirname, '../../..')
const [first, ...rest] = process.argv.slice(2)

if (first === '--broken') process.exitCode = (await tryBrokenBuilds(root, rest[0] ?? 'all')) === 0 ? 0 : 1
else runAll(process.argv.slice(2))

function runAll(filters: readonly string[]): void {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  process.on('SIGINT', () => {})
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'attacks', ...filters], {
    cwd: root,
    env: { ...process.env, ATTACKS: 'all' },
    stdio: 'inherit',
  })
  child.once('exit', (code) => (process.exitCode = code ?? 1))
}
