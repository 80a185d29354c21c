import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'

/** One of the product's servers, run from its real entry point as `npm start` would run it. */
export interface ServerChild {
  readonly name: string
  readonly port: number
  readonly url: string
  readonly pid: number
  /** All it wrote since its first start. */
  logs(): string
  /** A fresh code that signs in as the owner. Earlier ones end with it, those of other replicas too. */
  ownerCode(): Promise<string>
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Asks it to end, as an orchestrator of containers does (SIGTERM) or a terminal (SIGINT); resolves to its exit code. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<number | null>
  /** Whether its process is there: it may have ended by itself. */
  running(): boolean
  /** Starts it again, on the same port, after `kill` or `stop`, with more in its environment; resolves when it is ready. */
  start(env?: Record<string, string>): Promise<void>
  /** Says something to it over its channel. */
  tell(message: Record<string, string>): void
  /** Stops it in its tracks, and lets it go on. */
  pause(): void
  resume(): void
}

interface ServerSpec {
  name: string
  script: string
  args?: string[]
  cwd: string
  env: Record<string, string>
  port: number
  /** Whether it says itself when it is ready, as the product's servers do where they are started with a channel. */
  announces: boolean
}

const readySeconds = 60
const codeSeconds = 15
// Longer than a server lets its answers go on.
const stopSeconds = 30

const messageSchema = z.union([
  z.looseObject({ type: z.literal('ready'), port: z.int() }),
  z.looseObject({ type: z.literal('owner-code'), code: z.string() }),
])

/** Starts a server and waits until it can serve. Fails with its last lines where it cannot. */
export async function startServerChild(spec: ServerSpec): Promise<ServerChild> {
  let logs = ''
  const hear = (text: string) => (logs += text)
  let life = await startLife(spec, hear)
  return {
    name: spec.name,
    port: spec.port,
    url: `http://127.0.0.1:${spec.port}`,
    get pid() {
      return life.child.pid ?? 0
    },
    logs: () => logs,
    ownerCode: () => life.ownerCode(),
    kill: async () => void (await life.end('SIGKILL')),
    stop: (signal = 'SIGTERM') => life.end(signal),
    running: () => life.running(),
    start: async (env = {}) => {
      await life.end('SIGKILL')
      life = await startLife({ ...spec, env: { ...spec.env, ...env } }, hear)
    },
    tell: (message) => void life.child.send(message),
    pause: () => void life.child.kill('SIGSTOP'),
    resume: () => void life.child.kill('SIGCONT'),
  }
}

/** One life of a server: a process, from its start to its end. */
async function startLife(spec: ServerSpec, hear: (text: string) => void) {
  const child = spawn(process.execPath, [spec.script, ...(spec.args ?? [])], {
    cwd: spec.cwd,
    env: spec.env,
    // It ends when we do: the channel closes with us.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-8000)
      hear(text)
    })
  }
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  let code: string | null = null
  const ready = new Promise<void>((resolve) => {
    child.on('message', (message) => {
      const known = messageSchema.safeParse(message)
      if (!known.success) return
      if (known.data.type === 'ready') resolve()
      else code = known.data.code
    })
  })
  const timeout = new AbortController()
  const failure = Promise.race([
    ended.then((exit) => `ended with ${exit ?? child.signalCode}`),
    sleep(readySeconds * 1000, 'was not ready in time', { signal: timeout.signal, ref: false }),
  ])
  // Where nobody waits for it any more, its abort is no fault.
  failure.catch(() => {})
  const serves = spec.announces ? ready : answersReady(spec.port, timeout.signal)
  const outcome = await Promise.race([serves.then(() => null), failure])
  timeout.abort()
  if (outcome !== null) {
    child.kill('SIGKILL')
    throw new Error(`${spec.name} ${outcome}:\n${said}`)
  }
  return {
    child,
    running: () => child.exitCode === null && child.signalCode === null,
    end: (signal: NodeJS.Signals) => endChild(child, ended, signal),
    ownerCode: async () => {
      code = null
      child.send({ type: 'owner-code?' })
      const deadline = performance.now() + codeSeconds * 1000
      while (code === null && performance.now() < deadline) await sleep(20)
      if (code === null) throw new Error(`${spec.name} gave no owner code:\n${said}`)
      return code
    },
  }
}

/** Resolves when the server answers on its port that it is ready. */
async function answersReady(port: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await fetch(`http://127.0.0.1:${port}/ready`, { signal: AbortSignal.timeout(2000) }).catch(
      () => null,
    )
    await answer?.body?.cancel()
    if (answer?.ok === true) return
    await sleep(50)
  }
}

async function endChild(child: ChildProcess, ended: Promise<number | null>, signal: NodeJS.Signals) {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal)
  const forced = setTimeout(() => child.kill('SIGKILL'), stopSeconds * 1000)
  const code = await ended
  clearTimeout(forced)
  return code
}
