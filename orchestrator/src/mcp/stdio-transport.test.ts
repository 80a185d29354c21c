import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { afterEach, expect, test, vi } from 'vitest'
import type { McpConnection } from './connection.ts'
import { openConnections, type McpConnections } from './connections.ts'
import { parseServersFile } from './servers-file.ts'

const script = createRequire(import.meta.url).resolve('@ai-assistant/simulators/mcp-stdio')

const opened: McpConnections[] = []
afterEach(async () => {
  for (const connections of opened.splice(0)) await connections.close()
})

async function open(mode: string, env: Record<string, string> = {}, more: string[] = []): Promise<McpConnection> {
  const server = { command: process.execPath, args: [script, mode, ...more], env }
  const specs = parseServersFile(JSON.stringify({ mcpServers: { local: server } }), {
    PATH: process.env['PATH'],
    SECRET_KEY: 'not for children',
    MINE: 'given',
  })
  const timings = { firstRetryMs: 10, maxRetryMs: 20, idleMs: 3000, maxCallMs: 5000 }
  const connections = openConnections(specs, { version: '1.0.0', timings, connectTimeoutMs: 1500 })
  opened.push(connections)
  await connections.settled(10_000)
  return connections.list[0]!
}

const options = { signal: new AbortController().signal, onProgress: () => undefined }

async function call(connection: McpConnection, name: string): Promise<unknown> {
  return connection.call({ name, inputSchema: { type: 'object' } }, {}, options)
}

/** Children and what they started, by a word in their command line, and the zombies of this process. */
async function left(word: string): Promise<string[]> {
  const found: string[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    const zombie = status.includes(`PPid:\t${process.pid}\n`) && status.includes('State:\tZ')
    if (command.includes(word) || zombie) found.push(pid)
  }
  return found
}

test('a child process is spoken to, and sees of our environment what it was given alone', async () => {
  const connection = await open('serve', { TOKEN: '${MINE}' })
  expect(connection.state).toMatchObject({ kind: 'connected', protocolVersion: '2025-06-18' })
  const outcome = (await call(connection, 'environment')) as { result: { content: [{ text: string }] } }
  const seen = JSON.parse(outcome.result.content[0].text) as Record<string, string>
  expect(seen).toEqual({ PATH: process.env['PATH'], TOKEN: 'given' })
})

test('a server that ends at any message but the handshake is spoken to as it wants', async () => {
  const connection = await open('strict')
  expect(connection.state).toMatchObject({ kind: 'connected' })
})

test('a child that ends at once is started five times, then switched off with its last words', async () => {
  const connection = await open('exit')
  await vi.waitFor(() => {
    expect(connection.state).toMatchObject({ reason: expect.stringMatching(/^Switched off.*configuration/s) })
  }, 15_000)
})

test('a child that dies in a call is told at once, and started again', async () => {
  const connection = await open('serve')
  expect(await call(connection, 'exit')).toMatchObject({ failure: { kind: 'lost' } })
  await vi.waitFor(async () => expect(await call(connection, 'echo')).toHaveProperty('result'), 10_000)
})

test('a line without end is refused, and the child with it', async () => {
  const connection = await open('huge-line')
  expect(await call(connection, 'echo')).toMatchObject({ failure: { kind: 'lost' } })
})

test('noise on standard error costs nothing', async () => {
  const connection = await open('flood')
  expect(await call(connection, 'echo')).toHaveProperty('result')
})

test('a child that says nothing and ignores SIGTERM is ended all the same', async () => {
  const connection = await open('hang')
  expect(connection.state).toMatchObject({ kind: 'failed' })
})

test.runIf(process.platform === 'linux')('nothing is left behind, neither zombie nor grandchild', async () => {
  const word = randomUUID()
  const connection = await open('parent', {}, [word])
  expect(connection.state.kind).toBe('connected')
  expect(await left(word)).toHaveLength(2)
  for (const connections of opened.splice(0)) await connections.close()
  await vi.waitFor(async () => expect(await left(word)).toEqual([]), 5000)
})

test('a command that does not exist is told by its name', async () => {
  const specs = parseServersFile(JSON.stringify({ mcpServers: { local: { command: '/no/such/program' } } }), {})
  const connections = openConnections(specs, { version: '1.0.0' })
  opened.push(connections)
  await connections.settled(5000)
  expect(connections.list[0]?.state).toMatchObject({ reason: expect.stringMatching(/ENOENT.*Check its command/s) })
})
