// `npm run test:attacks [-- <filter>…]`: each hostile text in a browser, and each scenario of a model that obeys its attacker.
// `npm test` tries a sample of them.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')

process.on('SIGINT', () => {})
const child = spawn(process.execPath, [vitest, 'run', '--project', 'attacks', ...process.argv.slice(2)], {
  cwd: root,
  env: { ...process.env, ATTACKS: 'all' },
  stdio: 'inherit',
})
child.once('exit', (code) => (process.exitCode = code ?? 1))
