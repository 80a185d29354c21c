import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { installDebianPackages } from './debian-packages.ts'
import { findProgram } from './find-program.ts'
import { freePort } from './free-port.ts'
import { openServerHome, type ServerHome, type ServerProcess } from './server-home.ts'

/** A real Redis of our own, on loopback, that keeps nothing. */
export interface RedisServer {
  readonly pid: number
  readonly url: string
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Sends one inline command (RESP) and returns all that comes back; empty where nobody answers. */
  ask(command: string): Promise<string>
  /** Starts it again, empty, on the same port after `kill`. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const startSeconds = 30

/** Starts a server, or resolves to null where there is none and none can be installed. */
export async function startRedis(): Promise<RedisServer | null> {
  const program = await findRedis()
  if (program === null) return null
  const home = await openServerHome('redis', 'redis.pid')
  const port = await freePort()
  let server = await startServer(program, home, port)
  return {
    get pid() {
      return server.pid
    },
    url: `redis://127.0.0.1:${port}`,
    ask: (command) => ask(port, command),
    kill: () => server.end('SIGKILL'),
    restart: async () => {
      server = await startServer(program, home, port)
    },
    stop: async () => {
      await server.end('SIGTERM')
      await home.remove()
    },
  }
}

/** The server's program, installed where that is possible. */
export async function findRedis(): Promise<string | null> {
  const names = ['redis-server', 'valkey-server']
  return findProgram(...names) ?? ((await installDebianPackages('redis-server')) ? findProgram(...names) : null)
}

async function startServer(program: string, home: ServerHome, port: number): Promise<ServerProcess> {
  const storage = ['--save', '', '--appendonly', 'no', '--dir', home.path]
  // Its title is its arguments as they stand, so that the home's watcher knows it.
  const process = ['--pidfile', home.pidFile, '--set-proc-title', 'no']
  const server = await home.start(program, ['--port', `${port}`, '--bind', '127.0.0.1', ...storage, ...process])
  const deadline = performance.now() + startSeconds * 1000
  // Its own word of its process id: another server may have taken the port first.
  while (!(await ask(port, 'INFO server')).includes(`process_id:${server.pid}\r`)) {
    if (!server.running() || performance.now() > deadline) {
      const log = await server.log()
      await server.end('SIGKILL')
      throw new Error(`Redis did not start:\n${log}`)
    }
    await sleep(20)
  }
  return server
}

function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\nQUIT\r\n`))
    socket.setEncoding('utf8').setTimeout(5000, () => socket.destroy())
    socket.on('data', (text: string) => (answer += text))
    // A refused connection is an empty answer.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(answer))
  })
}
