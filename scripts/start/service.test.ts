import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { Service } from './service.ts'

const started: Service[] = []
const folder = mkdtempSync(join(tmpdir(), 'service-'))

afterEach(async () => {
  await Promise.all(started.splice(0).map((service) => service.stop(0)))
})

/** Sends its process's id as the port it claims to listen at. */
const wellBehaved = `
  process.send({ type: 'ready', port: process.pid })
  process.once('disconnect', () => process.exit(0))
  process.once('SIGINT', () => process.disconnect())
`

function start(source: string, heard: ReturnType<typeof nothingHeard>): Service {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.mjs`)
  writeFileSync(file, source)
  const spec = { name: 'the server', args: [file], cwd: folder, env: process.env }
  const service = new Service(spec, {
    line: (line) => heard.lines.push(line.text),
    message: (message) => message.type === 'ready' && heard.pids.push(message.port),
    died: (how) => heard.deaths.push(how),
    back: () => undefined,
  })
  started.push(service)
  return service
}

const nothingHeard = () => ({ pids: [] as number[], lines: [] as string[], deaths: [] as string[] })

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a server that is killed is started again', async () => {
  const heard = nothingHeard()
  const service = start(wellBehaved, heard)
  await service.firstReady
  process.kill(heard.pids[0]!, 'SIGKILL')
  await until(() => heard.pids.length === 2)
  process.kill(heard.pids[1]!, 'SIGKILL')
  await until(() => heard.pids.length === 3)
  expect(heard.deaths).toEqual(['SIGKILL', 'SIGKILL'])
})

test('a server that cannot start is not tried again, and its own words are passed on', async () => {
  const heard = nothingHeard()
  const service = start(
    `console.error('The data directory is in use.'); process.exitCode = 1; process.disconnect()`,
    heard,
  )
  await expect(service.firstReady).rejects.toThrow('The server did not start. The data directory is in use.')
  await sleep(300)
  expect(heard.deaths).toEqual([])
})

test('stopping asks first, and does not start again what then ends', async () => {
  const heard = nothingHeard()
  const service = start(wellBehaved, heard)
  await service.firstReady
  await service.stop(60_000)
  expect(isAlive(heard.pids[0]!)).toBe(false)
  expect(heard.deaths).toEqual([])
})

test('a server that does not want to stop is made to', async () => {
  const heard = nothingHeard()
  const stubborn = start(
    `process.on('SIGINT', () => {}); setInterval(() => {}, 1000); process.send({ type: 'ready', port: process.pid })`,
    heard,
  )
  await stubborn.firstReady
  await stubborn.stop(100)
  expect(isAlive(heard.pids[0]!)).toBe(false)
})

test('lines of the log and other lines are told apart once the server is ready', async () => {
  const heard = nothingHeard()
  const log = JSON.stringify({ level: 'warn', msg: 'slow model', runId: 'r1', err: { message: 'timed out' } })
  const service = start(
    `${wellBehaved}; setTimeout(() => { console.log(${JSON.stringify(log)}); console.error('plain') }, 100)`,
    heard,
  )
  await service.firstReady
  await until(() => heard.lines.length === 2)
  expect(new Set(heard.lines)).toEqual(new Set(['warn  slow model  timed out  runId=r1', 'plain']))
})

test('no server outlives a launcher that is killed outright, even one that knows nothing of it', async () => {
  const file = join(folder, 'launcher.ts')
  const server = join(folder, 'ignorant.mjs')
  writeFileSync(
    server,
    `console.log(JSON.stringify({ level: 'info', msg: String(process.pid) })); setInterval(() => {}, 1000)`,
  )
  writeFileSync(
    file,
    `import { Service } from ${JSON.stringify(join(import.meta.dirname, 'service.ts'))}
     const spec = { name: 'it', args: [${JSON.stringify(server)}], cwd: '.', env: process.env, readyUrl: 'http://127.0.0.1:9/' }
     new Service(spec, { line: (line) => console.log(line.message), message() {}, died() {}, back() {} })`,
  )
  const launcher: ChildProcess = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [words] = await once(launcher.stdout!, 'data')
  const pid = Number(String(words))
  expect(isAlive(pid)).toBe(true)
  launcher.kill('SIGKILL')
  await until(() => !isAlive(pid))
})
