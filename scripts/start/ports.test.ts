import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { choosePorts, type PortWish } from './ports.ts'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function takenPort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host)
  servers.push(server)
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function freePort(): Promise<number> {
  const port = await takenPort()
  const server = servers.pop()
  server?.close()
  await once(server!, 'close')
  return port
}

/** A taken port whose next one is free. */
async function takenBeforeFree(): Promise<number> {
  const port = await takenPort()
  const next = createServer()
  const free = await new Promise<boolean>((resolve) => {
    next.once('error', () => resolve(false)).listen(port + 1, '127.0.0.1', () => next.close(() => resolve(true)))
  })
  return free ? port : takenBeforeFree()
}

const wish = (port: number, configured = false): PortWish => ({
  who: 'the server',
  variable: 'SOME_PORT',
  port,
  configured,
})

test('a port that is free is taken as it is, without a word', async () => {
  const port = await freePort()
  const said: string[] = []
  expect(await choosePorts({ one: wish(port) }, '127.0.0.1', (line) => said.push(line))).toEqual({ one: port })
  expect(said).toEqual([])
})

test('a default port that is taken moves on, and says so', async () => {
  const port = await takenPort()
  const said: string[] = []
  const { one } = await choosePorts({ one: wish(port) }, '127.0.0.1', (line) => said.push(line))
  expect(one).toBeGreaterThan(port)
  expect(said).toEqual([`Port ${port} is taken: the server uses ${one} instead.`])
})

test('what moves does not take the port another would have had', async () => {
  const port = await takenBeforeFree()
  const wishes = { one: wish(port), two: wish(port + 1) }
  const { one, two } = await choosePorts(wishes, '127.0.0.1', () => undefined)
  expect(two).toBe(port + 1)
  expect(one).toBeGreaterThan(port + 1)
})

test('a configured port that is taken stops the start and names its variable', async () => {
  const port = await takenPort()
  await expect(choosePorts({ one: wish(port, true) }, '127.0.0.1', () => undefined)).rejects.toThrow(
    `Port ${port} is taken. Stop what uses it, or set SOME_PORT to another.`,
  )
})

test('a port that another program holds on the other address of localhost counts as taken', async () => {
  const port = await takenPort('::1')
  const { one } = await choosePorts({ one: wish(port) }, '127.0.0.1', () => undefined)
  expect(one).not.toBe(port)
})

test('port 0 means any that is free', async () => {
  const { one, two } = await choosePorts({ one: wish(0, true), two: wish(0, true) }, '127.0.0.1', () => undefined)
  expect(one).toBeGreaterThan(0)
  expect(two).toBeGreaterThan(0)
})
