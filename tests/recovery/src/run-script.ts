import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { bareEnvironment } from '../../system/src/product/bare-environment.ts'

const root = join(import.meta.dirname, '../../..')

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  output: string
}

/** Runs one of the operator's scripts from its real entry point, to its end. */
export function runScript(script: string, args: string[], env: Record<string, string>): Promise<Ended> {
  return run([process.execPath, join(root, 'scripts', script), ...args], env, () => false)
}

/** Runs one of the operator's shell scripts; as soon as it has said `killAt`, it and all it has started are killed. */
export function runShell(script: string, args: string[], env: Record<string, string>, killAt?: string): Promise<Ended> {
  const enough = (output: string): boolean => killAt !== undefined && output.includes(killAt)
  return run([join(root, 'scripts', script), ...args], env, enough)
}

function run(
  [program = '', ...args]: string[],
  env: Record<string, string>,
  enough: (output: string) => boolean,
): Promise<Ended> {
  const child = spawn(program, args, {
    cwd: root,
    env: { ...bareEnvironment(), ENVIRONMENT: 'test', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, which can be killed as one.
    detached: true,
  })
  let output = ''
  let killed = false
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (killed || !enough(output) || child.pid === undefined) return
      killed = true
      process.kill(-child.pid, 'SIGKILL')
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, output }))
  })
}

/** The name of the backup that a run of `backup.ts` has told. */
export function nameIn({ code, output }: Ended): string {
  const name = /^(ai_assistant_\d{8}_\d{6}_[0-9a-f]{6}): /m.exec(output)?.[1]
  if (code !== 0 || name === undefined) throw new Error(`The backup failed with ${code}:\n${output}`)
  return name
}
