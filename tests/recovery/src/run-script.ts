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
  const child = spawn(process.execPath, [join(root, 'scripts', script), ...args], {
    cwd: root,
    env: { ...bareEnvironment(), ENVIRONMENT: 'test', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
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
