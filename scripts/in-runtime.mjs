// `node scripts/in-runtime.mjs <script.ts> arguments…` runs a TypeScript script under Node 24 with everything installed.
import './require-node.mjs'
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { createReporter, ensureInstall, ensureRuntime } from './runtime.mjs'

const report = createReporter(process.stderr)

try {
  const runtime = await ensureRuntime(report)
  await ensureInstall(runtime, report)
  const child = spawn(runtime.node, process.argv.slice(2), { env: runtime.env, stdio: 'inherit' })
  // A terminal's Ctrl-C reaches the child by itself; what another process sends us must be handed on.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal]
  })
} catch (error) {
  report.fail(error)
  process.exitCode = 1
}
