import { spawn } from 'node:child_process'
import path from 'node:path'
import { StartError } from './runtime-report.mjs'

/** Characters of npm's output: enough to see what went wrong. */
const keptOutput = 4_000

/**
 * Runs npm quietly, under the Node that comes first on the PATH of `env`.
 *
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, node?: string }} options
 * @throws {StartError} with npm's errors where it fails
 */
export function runNpm(args, { cwd, env, node = process.execPath }) {
  const [command, first, shell] = npmCommand(env, node)
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...args], { cwd, env, shell, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(0, keptOutput)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', (error) => {
      reject(new StartError(`npm could not be started (${error.message}). Install npm and try again.`))
    })
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new StartError(`npm ${args[0]} failed:\n${whatMatters(output) || `  exit code ${code}`}`))
    })
  })
}

/** The very npm that started us where there is one: on the PATH there may be none, or a script only a shell can run. */
function npmCommand(env, node) {
  const cli = env.npm_execpath
  if (cli && path.basename(cli) === 'npm-cli.js') return [node, [cli], false]
  const onWindows = process.platform === 'win32'
  return [onWindows ? 'npm.cmd' : 'npm', [], onWindows]
}

/** npm's errors without its warnings and without the manual it appends to them. */
function whatMatters(output) {
  const lines = output.split('\n').filter((line) => line.trim() && !line.startsWith('npm warn'))
  const manual = lines.findIndex((line) => line.startsWith('npm error Usage:'))
  return lines
    .slice(0, manual < 0 ? lines.length : manual)
    .map((line) => `  ${line}`)
    .join('\n')
}
