import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bareEnvironment } from './bare-environment.ts'

/** `npm start`, as a person runs it in a terminal. */
export interface Launcher {
  readonly pid: number
  /** The link it printed. */
  readonly link: string
  output(): string
  /** Ctrl-C: the terminal sends SIGINT to every process of the group. Resolves to the exit code. */
  interrupt(): Promise<number | null>
  /** Ends it, if it still runs. */
  end(): Promise<void>
}

const root = resolve(import.meta.dirname, '../../../..')
const readySeconds = 120
const endSeconds = 15

/** Starts everything and waits for the link. `env` says which ports and which data directory. */
export async function startLauncher(env: Record<string, string>, args: string[] = []): Promise<Launcher> {
  const child = spawn(process.execPath, ['scripts/start.mjs', ...args], {
    cwd: root,
    env: { ...bareEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as a terminal makes it.
    detached: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const running = () => child.exitCode === null && child.signalCode === null
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  const group = (signal: NodeJS.Signals) => process.kill(-(child.pid ?? 0), signal)
  const deadline = performance.now() + readySeconds * 1000
  let link: string | undefined
  while (link === undefined) {
    if (!running() || performance.now() > deadline) {
      if (running()) group('SIGINT')
      throw new Error(`npm start printed no link:\n${output}`)
    }
    await sleep(50)
    link = /^\s*(https?:\/\/\S+)\s*$/m.exec(output)?.[1]
  }
  return {
    pid: child.pid ?? 0,
    link,
    output: () => output,
    interrupt: () => {
      group('SIGINT')
      return ended
    },
    end: async () => {
      if (running()) group('SIGINT')
      const forced = setTimeout(() => group('SIGKILL'), endSeconds * 1000)
      await ended
      clearTimeout(forced)
    },
  }
}
