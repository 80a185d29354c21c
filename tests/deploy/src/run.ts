import { spawn } from 'node:child_process'

interface RunOptions {
  cwd?: string
  env?: Record<string, string>
  /** Milliseconds; a program that takes longer is ended, which is a failure. */
  timeout?: number
}

/** What a program wrote; `code` is what it ended with. */
export interface Ran {
  code: number
  stdout: string
  stderr: string
}

/** Runs a program to its end, whatever that is. */
export function tryRun(
  program: string,
  args: string[],
  { cwd, env, timeout = 300_000 }: RunOptions = {},
): Promise<Ran> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  })
  const ran = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.stderr += text))
  const timer = setTimeout(() => child.kill('SIGKILL'), timeout)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve({ code: code ?? -1, ...ran })
    })
  })
}

/** Runs a program and returns what it wrote. Fails with its last words where it ends with another code than 0. */
export async function run(program: string, args: string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await tryRun(program, args, options)
  if (code === 0) return stdout
  const words = `${stdout}\n${stderr}`.trim().split('\n').slice(-30).join('\n')
  throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${words}`)
}
