import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory of its own for one server of ours. Both are gone when we are, even if we die without a word. */
export interface ServerHome {
  readonly path: string
  /** Where the server writes its process id, in the first line. */
  readonly pidFile: string
  start(program: string, args: string[], user?: ServerUser): Promise<ServerProcess>
  /** Removes the directory; the server has ended before. */
  remove(): Promise<void>
}

/** A server we started, and nobody else's: whatever is done to it is done through the child process itself. */
export interface ServerProcess {
  readonly pid: number
  running(): boolean
  /** The last lines it wrote. */
  log(): Promise<string>
  /** Sends the signal, unless it has exited already, and waits for its end. */
  end(signal: NodeJS.Signals): Promise<void>
}

/** The OS user a server runs as, where that is not ours. */
export type ServerUser = { uid: number; gid: number } | undefined

/** `pidFile` is relative to the new directory. Its own name or path must be in the arguments of the server's process. */
export async function openServerHome(name: string, pidFile: string): Promise<ServerHome> {
  const path = await mkdtemp(join(tmpdir(), `ai-assistant-${name}-`))
  await chmod(path, 0o755)
  const watcher = watch(path, pidFile)
  return {
    path,
    pidFile: join(path, pidFile),
    start: (program, args, user) => startProcess(path, program, args, user),
    remove: async () => {
      watcher.kill('SIGKILL')
      // The server's last writers may still be letting go.
      await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

// Our end of the pipe closes when we die. The process is the server only if it names the directory: ids are used again.
const watcherScript = `
read -r _
pid=$(head -n 1 "$1/$2" 2>/dev/null)
words=$(ps -o args= -p "\${pid:-0}" 2>/dev/null || tr '\\0' ' ' < "/proc/$pid/cmdline")
case "$words" in *"$1"*) kill -QUIT "$pid"; sleep 1;; esac
rm -rf "$1"
`

function watch(path: string, pidFile: string): ChildProcess {
  const watcher = spawn('sh', ['-c', watcherScript, 'watcher', path, pidFile], {
    // Away from the terminal's Ctrl-C, which reaches us and the server by itself.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.on('error', () => console.warn('No watcher: should this process be killed, a test server stays behind.'))
  watcher.unref()
  return watcher
}

async function startProcess(home: string, program: string, args: string[], user: ServerUser): Promise<ServerProcess> {
  const logPath = join(home, 'server.log')
  const log = await open(logPath, 'a')
  const child = spawn(program, args, {
    ...user,
    cwd: home,
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    stdio: ['ignore', log.fd, log.fd],
  })
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', () => resolve())
  })
  await log.close()
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const running = () => child.exitCode === null && child.signalCode === null
  return {
    pid: child.pid ?? 0,
    running,
    log: async () => (await readFile(logPath, 'utf8')).split('\n').slice(-30).join('\n'),
    end: async (signal) => {
      if (running()) child.kill(signal)
      await exited
    },
  }
}
