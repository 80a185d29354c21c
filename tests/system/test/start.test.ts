import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { afterAll, afterEach, expect, test } from 'vitest'
import { signIn } from '../src/product/api-client.ts'
import { faultsOfNumbering } from '../src/product/numbered-tokens.ts'
import { readAnswer } from '../src/product/read-answer.ts'
import { type Launcher, startLauncher } from '../src/product/start-launcher.ts'
import { freePort } from '../src/services/free-port.ts'

const tokens = 300
const simulator = await startModelSimulator()
const home = mkdtempSync(join(tmpdir(), 'ai-assistant-start-'))
const ports = { ORCHESTRATOR_PORT: `${await freePort()}`, FRONTEND_PORT: `${await freePort()}` }
const environment = {
  ...ports,
  DATA_DIR: join(home, 'data'),
  OPENAI_API_KEY: 'key-of-the-tests',
  OPENAI_BASE_URL: simulator.url,
  OPENAI_MODEL: `sim-itl10-len${tokens}`,
}
const base = `http://localhost:${ports.FRONTEND_PORT}`

let launcher: Launcher | null = null
afterEach(async () => {
  await launcher?.end()
  launcher = null
})
afterAll(async () => {
  await simulator.close()
  rmSync(home, { recursive: true, force: true })
})

async function start(args: string[] = []): Promise<Launcher> {
  launcher = await startLauncher(environment, args)
  return launcher
}

/** The single-use code in a sign-in link's fragment. */
function codeIn(link: string): string {
  const code = /[\w-]{20,}$/.exec(new URL(link).hash)?.[0]
  if (code === undefined) throw new Error(`no code in ${link}`)
  return code
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => null)
  return answer !== null
}

test('npm start prints a link that signs in, Ctrl-C ends everything within 5 s, and the next start finds it all', async () => {
  const first = await start()
  expect(first.link.startsWith(`${base}/#`)).toBe(true)
  const client = await signIn(base, codeIn(first.link))
  await expect(signIn(base, codeIn(first.link))).rejects.toThrow('code_invalid')
  const run = await client.send({ text: 'Count before the night' })
  const { text } = await readAnswer(client, run.runId)
  expect(faultsOfNumbering(text, tokens)).toEqual([])

  const began = performance.now()
  expect(await first.interrupt()).toBe(0)
  expect(performance.now() - began).toBeLessThan(5000)
  expect(await answers(base)).toBe(false)
  expect(await answers(`http://127.0.0.1:${ports.ORCHESTRATOR_PORT}/health`)).toBe(false)

  await start()
  const { items } = await client.messages(run.conversationId)
  expect(items.map((message) => message.id)).toEqual([run.userMessageId, run.messageId])
  expect(await client.tools()).toMatchObject({ servers: [{ state: 'connected' }, { state: 'connected' }] })
})

test('an orchestrator that is killed in mid-answer is started again, and the answer goes on', async () => {
  const running = await start(['--link'])
  const client = await signIn(base, codeIn(running.link))
  const run = await client.send({ text: 'Count through a crash' })
  const reader = readAnswer(client, run.runId, {
    onEvent: ({ part }) => {
      if (part.type === 'text-delta' && part.delta.includes('t0080')) killOrchestrator(running.pid)
    },
  })
  const answer = await reader
  expect(faultsOfNumbering(answer.text, tokens)).toEqual([])
  expect(answer.finish.state).toBe('complete')
  expect(running.output()).toMatch(/orchestrator stopped .* started again/)
})

/** The orchestrator among the launcher's own children. */
function killOrchestrator(pid: number): void {
  const family = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid)], { encoding: 'utf8' })
  const line = family.split('\n').find((text) => text.includes('orchestrator/src/main.ts'))
  if (line === undefined) throw new Error(`no orchestrator among:\n${family}`)
  process.kill(Number(line.trim().split(' ')[0]), 'SIGKILL')
}

test('a configured port that is taken is one clear line', async () => {
  const squatter = createServer()
  await new Promise<void>((resolve, reject) => {
    squatter.once('error', reject)
    squatter.listen(Number(ports.ORCHESTRATOR_PORT), '127.0.0.1', resolve)
  })
  try {
    await expect(start()).rejects.toThrow(
      new RegExp(`${ports.ORCHESTRATOR_PORT}.*ORCHESTRATOR_PORT|ORCHESTRATOR_PORT.*${ports.ORCHESTRATOR_PORT}`),
    )
  } finally {
    squatter.close()
  }
})

test('a wrong variable is named', async () => {
  await expect(startLauncher({ ...environment, DATABASE_POOL_SIZE: 'many' })).rejects.toThrow('DATABASE_POOL_SIZE')
})

test('a second start on the same data says that it runs already', async () => {
  await start()
  await expect(startLauncher(environment)).rejects.toThrow(/runs already/)
})
