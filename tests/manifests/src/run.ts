import { spawn } from 'node:child_process'

interface RunOptions {
  cwd?: string
  env?: Record<string, string>
  /** Given to the program to read. */
  input?: string
}

interface Ran {
  code: number
  stdout: string
  stderr: string
}

/** Runs a program to its end, whatever that is. */
export function tryRun(program: string, args: string[], { cwd, env, input }: RunOptions = {}): Promise<Ran> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  })
  const ran = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.stderr += text))
  // A program that does not read its input closes it.
  child.stdin.on('error', () => undefined).end(input ?? '')
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? -1, ...ran }))
  })
}

/** Runs a program and returns what it wrote. Fails with its last words where it ends with another code than 0. */
export async function run(program: string, args: string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await tryRun(program, args, options)
  if (code === 0) return stdout
  throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${`${stdout}\n${stderr}`.trim().slice(-3000)}`)
}
