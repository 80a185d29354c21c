import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startMcpSimulator, type McpSimulator, type McpSimulatorOptions } from '@ai-assistant/simulators/mcp-simulator'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { McpConnection } from './connection.ts'
import { openConnections, type ConnectionsOptions, type McpConnections } from './connections.ts'
import { specsOfUrls } from './server-spec.ts'

const opened: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource.close()
})

const quick = { firstRetryMs: 20, maxRetryMs: 100, refreshMs: 60_000, idleMs: 5000, maxCallMs: 10_000 }

async function simulate(options: McpSimulatorOptions = {}): Promise<McpSimulator> {
  const simulator = await startMcpSimulator(options)
  opened.push(simulator)
  return simulator
}

function open(urls: string[], options: Partial<ConnectionsOptions> = {}, token: string | null = null): McpConnections {
  const timings = { ...quick, ...options.timings }
  const connections = openConnections(specsOfUrls(urls, token), { version: '1.0.0', ...options, timings })
  opened.push(connections)
  return connections
}

async function connect(simulator: McpSimulator, options: Partial<ConnectionsOptions> = {}): Promise<McpConnection> {
  const connections = open([simulator.url], options)
  await connections.settled(5000)
  return connections.list[0]!
}

function toolsOf(connection: McpConnection): string[] {
  return connection.state.kind === 'connected' ? connection.state.list.tools.map((tool) => tool.name) : []
}

const idle = { signal: new AbortController().signal, onProgress: () => undefined }

function call(connection: McpConnection, name: string, input: Record<string, unknown> = {}, options = idle) {
  if (connection.state.kind !== 'connected') throw new Error(`not connected: ${JSON.stringify(connection.state)}`)
  const tool = connection.state.list.tools.find((candidate) => candidate.name === name)
  return connection.call(tool!, input, options)
}

describe.each(['stateless', 'session'] as const)('with a server of the %s era', (era) => {
  const version = era === 'stateless' ? '2026-07-28' : '2025-06-18'

  test('it connects in the protocol both speak, and calls a tool', async () => {
    const connection = await connect(await simulate({ era, name: 'books', tools: ['echo'] }))
    expect(connection.state).toMatchObject({ kind: 'connected', serverName: 'books', protocolVersion: version })
    expect(await call(connection, 'echo', { a: 1 })).toMatchObject({ result: { content: [{ text: '{"a":1}' }] } })
  })

  test('a changed list is read again when the server says so', async () => {
    const simulator = await simulate({ era, tools: ['echo'] })
    const connection = await connect(simulator)
    // The stream on which changes are told opens beside the first answer.
    await vi.waitFor(
      () => {
        simulator.setTools(['echo', 'error'])
        expect(toolsOf(connection)).toEqual(['echo', 'error'])
      },
      { timeout: 5000, interval: 100 },
    )
  })

  test('a cut connection is told at once, and what was done is unknown', async () => {
    const connection = await connect(await simulate({ era, tools: ['cut'] }))
    expect(await call(connection, 'cut')).toMatchObject({ failure: { kind: 'lost' } })
  })

  test('an answer to another request is no answer, and is not waited for', async () => {
    const connection = await connect(await simulate({ era, tools: ['wrong-id', 'echo'] }))
    expect(await call(connection, 'wrong-id')).toMatchObject({ failure: { kind: 'lost' } })
    expect(await call(connection, 'echo')).toHaveProperty('result')
  })

  test('a second answer to the same request changes nothing', async () => {
    const connection = await connect(await simulate({ era, tools: ['duplicate', 'echo'] }))
    expect(await call(connection, 'duplicate')).toMatchObject({ result: { content: [{ text: 'first' }] } })
    expect(await call(connection, 'echo')).toHaveProperty('result')
  })

  test.each([
    ['not-json', 'lost'],
    ['no-content', 'unusable'],
    ['rpc-error', 'refused'],
    ['status-500', 'lost'],
    ['status-429', 'unreachable'],
    ['status-403', 'refused'],
  ])('a call answered with %s fails as %s, and the next one goes well', async (name, kind) => {
    const connection = await connect(await simulate({ era, tools: [name, 'echo'] }))
    expect(await call(connection, name)).toMatchObject({ failure: { kind } })
    await vi.waitFor(async () => expect(await call(connection, 'echo')).toHaveProperty('result'), 5000)
  })

  test('stopping a call closes its stream', async () => {
    const simulator = await simulate({ era, tools: ['hang'] })
    const connection = await connect(simulator)
    const stop = new AbortController()
    const outcome = call(connection, 'hang', {}, { ...idle, signal: stop.signal })
    const asked = () => simulator.requests.find((request) => request.name === 'hang')
    await vi.waitFor(() => expect(asked()).toBeDefined())
    stop.abort()
    expect(await outcome).toMatchObject({ failure: { kind: 'cancelled' } })
    await vi.waitFor(() => expect(asked()?.abandoned).toBe(true))
  })

  test('progress keeps a call alive, but not beyond its maximum', async () => {
    const simulator = await simulate({ era, tools: ['trickle', 'hang'] })
    const connection = await connect(simulator, { timings: { ...quick, idleMs: 150, maxCallMs: 600 } })
    let progress = 0
    const trickle = call(connection, 'trickle', {}, { ...idle, onProgress: () => void (progress += 1) })
    expect(await call(connection, 'hang')).toMatchObject({ failure: { kind: 'timeout' } })
    const seen = progress
    expect(await trickle).toMatchObject({ failure: { kind: 'timeout' } })
    expect(progress).toBeGreaterThan(seen)
    const asked = simulator.requests.filter((request) => request.name !== null)
    await vi.waitFor(() => expect(asked.every((request) => request.abandoned)).toBe(true))
  })

  test('a server that dies is connected again when it is back', async () => {
    const simulator = await simulate({ era, tools: ['echo'] })
    const connection = await connect(simulator)
    await simulator.kill()
    expect(await call(connection, 'echo')).toHaveProperty('failure')
    await vi.waitFor(() => expect(connection.state.kind).toBe('failed'), 5000)
    expect(connection.state).toMatchObject({ reason: expect.stringContaining('tried again') })
    expect(await connection.call({ name: 'echo', inputSchema: { type: 'object' } }, {}, idle)).toMatchObject({
      failure: { kind: 'unreachable' },
    })
    await simulate({ era, tools: ['echo'], port: simulator.port })
    await vi.waitFor(() => expect(connection.state.kind).toBe('connected'), 5000)
    expect(await call(connection, 'echo')).toHaveProperty('result')
  })
})

test('a session the server forgot is begun anew', async () => {
  const simulator = await simulate({ era: 'session' })
  const connection = await connect(simulator)
  simulator.forgetSessions()
  expect(await call(connection, 'echo')).toMatchObject({ failure: { kind: 'unreachable' } })
  await vi.waitFor(async () => expect(await call(connection, 'echo')).toHaveProperty('result'), 5000)
})

test('the official server library is spoken to, with structured results', async () => {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'official', version: '1.0.0' })
    const config = { inputSchema: z.object({ a: z.number() }), outputSchema: z.object({ double: z.number() }) }
    server.registerTool('double', config, async ({ a }) => ({ content: [], structuredContent: { double: a * 2 } }))
    return server
  })
  const nodeHandler = toNodeHandler(handler)
  const http = createServer((request, response) => {
    const { method = '', url = '' } = request
    void nodeHandler(Object.assign(request, { method, url }), response)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  opened.push({ close: async () => http.close() && http.closeAllConnections() })
  const connections = open([`http://127.0.0.1:${port}`])
  await connections.settled(5000)
  expect(await call(connections.list[0]!, 'double', { a: 4 })).toMatchObject({
    result: { structuredContent: { double: 8 } },
  })
})

test('a server that is down costs only itself, and is told with what to do', async () => {
  const up = await simulate({ tools: ['echo'] })
  const down = await startMcpSimulator()
  await down.close()
  const connections = open([down.url, up.url])
  await connections.settled(5000)
  expect(connections.list[0]?.state).toMatchObject({
    kind: 'failed',
    reason: expect.stringMatching(/ECONNREFUSED.*Start it, or correct its address/),
  })
  expect(connections.list[1]?.state.kind).toBe('connected')
})

test('nothing is waited for: servers are tried in the background', async () => {
  const silent = createServer(() => undefined)
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  opened.push({ close: async () => silent.close() && silent.closeAllConnections() })
  const { port } = silent.address() as AddressInfo
  const connections = open([`http://127.0.0.1:${port}`], { connectTimeoutMs: 200 })
  expect(connections.list[0]?.state.kind).toBe('connecting')
  await connections.settled(5000)
  expect(connections.list[0]?.state).toMatchObject({ kind: 'failed', reason: expect.stringContaining('in time') })
})

test('the token is shown to its server, and to no place it redirects to', async () => {
  const other = await simulate({ tools: ['echo'] })
  const simulator = await simulate({ token: 'service-token', tools: ['redirect'] })
  const connections = open([simulator.url], {}, 'service-token')
  await connections.settled(5000)
  const connection = connections.list[0]!
  expect(connection.state.kind).toBe('connected')
  expect(await call(connection, 'redirect', { to: other.url })).toMatchObject({ failure: { kind: 'refused' } })
  expect(other.requests).toEqual([])
})

test('a wrong token is told with the name of the variable', async () => {
  const simulator = await simulate({ token: 'service-token' })
  const connections = open([simulator.url], {}, 'another-token')
  await connections.settled(5000)
  expect(connections.list[0]?.state).toMatchObject({ reason: expect.stringMatching(/401.*MCP_SERVICE_TOKEN/) })
})

test('trace context goes beside the arguments', async () => {
  const simulator = await simulate({ tools: ['echo'] })
  const connection = await connect(simulator)
  const meta = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }
  await call(connection, 'echo', {}, { ...idle, meta } as typeof idle)
  expect(simulator.requests.find((request) => request.name === 'echo')?.meta).toMatchObject(meta)
})

test('a tool that wants to ask the person is declined, and does not hang', async () => {
  const connection = await connect(await simulate({ tools: ['ask'] }))
  expect(await call(connection, 'ask')).toMatchObject({ failure: { kind: 'asks' } })
})

test('a result of an unknown type is no result', async () => {
  const connection = await connect(await simulate({ tools: ['strange-type'] }))
  expect(await call(connection, 'strange-type')).toMatchObject({ failure: { kind: 'unusable' } })
})

test('a stream that stays open after its answer is closed', async () => {
  const simulator = await simulate({ tools: ['linger'] })
  const connection = await connect(simulator)
  expect(await call(connection, 'linger')).toHaveProperty('result')
  const asked = simulator.requests.find((request) => request.name === 'linger')
  await vi.waitFor(() => expect(asked?.abandoned).toBe(true), 5000)
})

test('an answer without end is cut off, and memory stays bounded', async () => {
  const connection = await connect(await simulate({ tools: ['big-100000000', 'echo'] }))
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  expect(await call(connection, 'big-100000000')).toMatchObject({ failure: { kind: 'unusable' } })
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
  expect(await call(connection, 'echo')).toHaveProperty('result')
})

test('a list is read again by itself, at the pace the server asks for', async () => {
  const simulator = await simulate({ tools: ['echo'] })
  const connection = await connect(simulator, { timings: { ...quick, refreshMs: 100 } })
  await vi.waitFor(() => {
    const lists = simulator.requests.filter((request) => request.method === 'tools/list')
    expect(lists.length).toBeGreaterThan(2)
  }, 5000)
  expect(connection.state.kind).toBe('connected')
})

test('hostile definitions are left out with a reason, nothing is fetched for them, and the others stay', async () => {
  const canary = await simulate()
  let deep: Record<string, unknown> = {}
  for (let level = 0; level < 1000; level += 1) deep = { type: 'object', properties: { a: deep } }
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`p${index}`, { type: 'string' }]))
  const object = { type: 'object' }
  const simulator = await simulate({
    tools: [
      { name: 'reference', inputSchema: { ...object, properties: { a: { $ref: canary.url } } } },
      { name: 'deep', inputSchema: { ...object, properties: { a: deep } } },
      { name: 'wide', inputSchema: { ...object, properties: wide } },
      {
        name: 'header',
        inputSchema: { ...object, properties: { a: { type: 'string', 'x-mcp-header': 'a b\r\nc: d' } } },
      },
      { name: 'twin', inputSchema: object },
      { name: 'twin', inputSchema: object },
      'echo',
    ],
  })
  const connection = await connect(simulator)
  expect(toolsOf(connection)).toEqual(['twin', 'echo'])
  expect(connection.state.kind === 'connected' && connection.state.list.dropped).toEqual([
    { name: 'reference', reason: expect.stringContaining('never fetched') },
    { name: 'deep', reason: expect.stringContaining('levels deep') },
    { name: 'wide', reason: expect.stringContaining('values') },
    { name: 'header', reason: expect.stringContaining('x-mcp-header') },
    { name: 'twin', reason: expect.stringContaining('alike') },
  ])
  expect(canary.requests).toEqual([])
})
