import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { copyProduct, root } from './deployment.ts'
import { run } from './run.ts'

const readySeconds = 120

/** A checkout as a person has it on a laptop, with what `npm ci` has installed. */
export interface Checkout {
  folder: string
  /** Starts servers, waits for the address they print and hands it to `look`, then presses Ctrl-C. */
  serve(command: string, env: Record<string, string>, look: (url: URL) => Promise<void>): Promise<void>
  remove(): void
}

export async function makeCheckout(): Promise<Checkout> {
  const folder = mkdtempSync(join(tmpdir(), 'ai-assistant-checkout-'))
  await copyProduct(folder)
  await giveModules(folder)
  return {
    folder,
    serve: (command, env, look) => serve(folder, command, env, look),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** What `npm ci` installs and the starter fetches: a minute that has been shown elsewhere. */
export async function giveModules(folder: string): Promise<void> {
  for (const name of ['node_modules', 'frontend/node_modules', 'runtime'])
    if (existsSync(join(root, name)) && !existsSync(join(folder, name)))
      await copyTree(join(root, name), join(folder, name))
}

/** By links where both are on one disk: nothing in them is written to in place. */
async function copyTree(from: string, to: string): Promise<void> {
  await run('cp', ['-al', from, to]).catch(() => cpSync(from, to, { recursive: true, verbatimSymlinks: true }))
}

async function serve(
  folder: string,
  command: string,
  env: Record<string, string>,
  look: (url: URL) => Promise<void>,
): Promise<void> {
  // A group of its own, as a terminal makes it: Ctrl-C goes to each of it.
  const child = spawn('bash', ['-c', command], { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const group = (signal: NodeJS.Signals) => process.kill(-(child.pid ?? 0), signal)
  const running = () => child.exitCode === null && child.signalCode === null
  try {
    const deadline = performance.now() + readySeconds * 1000
    let link: string | undefined
    while (link === undefined) {
      if (!running() || performance.now() > deadline) throw new Error(`it printed no link:\n${output.slice(-3000)}`)
      await sleep(100)
      link = /^\s*(https?:\/\/\S+)\s*$/m.exec(output)?.[1]
    }
    await look(new URL(link))
  } finally {
    if (running()) group('SIGINT')
    const forced = setTimeout(() => group('SIGKILL'), 20_000)
    await ended
    clearTimeout(forced)
  }
}
