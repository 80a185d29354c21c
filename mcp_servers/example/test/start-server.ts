import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const MAIN = join(import.meta.dirname, '../src/main.ts')

export interface RunningServer {
  url: URL
  process: ChildProcess
  /** What it has logged so far. */
  logged: () => string
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts the real entry point on a free port with a directory of its own. */
export async function startServer(env: Record<string, string> = {}): Promise<RunningServer> {
  const directory = await mkdtemp(join(tmpdir(), 'mcp-example-'))
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], MCP_EXAMPLE_PORT: '0', MCP_EXAMPLE_DATA_DIR: directory, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  const url = await new Promise<URL>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${log}`)))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk
      const listening = /"url":"([^"]+)"/.exec(log)?.[1]
      if (listening !== undefined) resolve(new URL(listening))
    })
  })
  return {
    url,
    process: child,
    logged: () => log,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      await rm(directory, { recursive: true, force: true })
    },
  }
}
