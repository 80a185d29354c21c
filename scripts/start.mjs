// `npm start`: fetches Node 24 and the dependencies where they are missing, then starts everything under it.
import './require-node.mjs'
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import path from 'node:path'
import { createReporter, ensureInstall, ensureRuntime, root } from './runtime.mjs'

const report = createReporter()
const launcher = path.join(root, 'scripts', 'start', 'launcher.ts')

try {
  const runtime = await ensureRuntime(report)
  await ensureInstall(runtime, report)
  if (runtime.system) await import('./start/launcher.ts')
  else hand(runtime)
} catch (error) {
  report.fail(error)
  process.exitCode = 1
}

/** The channel tells the launcher when this process is gone, however it went. */
function hand({ node, env }) {
  const child = spawn(node, [launcher, ...process.argv.slice(2)], {
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal]
  })
}
