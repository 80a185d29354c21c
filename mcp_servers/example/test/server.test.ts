import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MAIN, startServer, type RunningServer } from './start-server.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const TOKEN = 'a-token-of-this-test'
const ERAS = [
  ['2026-07-28', { versionNegotiation: { mode: 'auto' } }],
  ['2025-11-25', {}],
] as const
const TOOLS = [
  'time_in_zone',
  'calculate',
  'convert_units',
  'count_text',
  'calculate_date',
  'draw_random',
  'query_json',
  'hash_text',
  'add_note',
  'list_notes',
  'delete_note',
  'run_timer',
]

let server: RunningServer
beforeAll(async () => {
  server = await startServer({ MCP_SERVICE_TOKEN: TOKEN })
})
afterAll(() => server[Symbol.asyncDispose]())

describe.each(ERAS)('a client of protocol %s', (version, options) => {
  const connectHttp = (url = server.url) => connect(url, options)

  const connectStdio = async (directory: string) => {
    const client = new Client({ name: 'test', version: '1' }, options)
    const env = { PATH: process.env['PATH'] ?? '', MCP_EXAMPLE_DATA_DIR: directory }
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [MAIN, '--stdio'], env, stderr: 'ignore' }),
    )
    return client
  }

  test('is spoken to in its version, also at the address without a path', async () => {
    for (const url of [server.url, new URL('/', server.url)]) {
      const client = await connectHttp(url)
      expect(client.getNegotiatedProtocolVersion()).toBe(version)
      expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(TOOLS)
      await client.close()
    }
  })

  test('finds every tool with a title, a description, all four hints and described arguments', async () => {
    const client = await connectHttp()
    const { tools } = await client.listTools()
    const hints = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']
    const lacking = tools.filter(({ title, description, annotations, outputSchema }) => {
      const stated = Object.keys(annotations ?? {}).filter((hint) => hints.includes(hint))
      return !title || !description || stated.length < hints.length || outputSchema?.type !== 'object'
    })
    expect(lacking).toEqual([])
    const argumentsOf = tools.flatMap(({ inputSchema }) => Object.values(inputSchema.properties ?? {}))
    expect(argumentsOf.length).toBeGreaterThan(20)
    expect(argumentsOf.filter((schema) => !Object.hasOwn(Object(schema), 'description'))).toEqual([])
    const writing = tools.filter(({ annotations }) => annotations?.readOnlyHint === false).map(({ name }) => name)
    expect(writing).toEqual(['add_note', 'delete_note'])
    await client.close()
  })

  test('gets readable text and structured content', async () => {
    const client = await connectHttp()
    const result = await client.callTool({
      name: 'calculate',
      arguments: { expression: '17% of 2,340' },
      _meta: { traceparent: `00-${TRACE}-b7ad6b7169203331-01` },
    })
    expect(result).toMatchObject({
      content: [{ type: 'text', text: '17% of 2,340 = 397.8' }],
      structuredContent: { value: '397.8', exact: true },
    })
    await client.close()
  })

  test('is told what to change, in a result, when arguments are wrong', async () => {
    const client = await connectHttp()
    const wrongType = await client.callTool({ name: 'calculate', arguments: { formula: '1+1' } })
    expect(wrongType).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('expression') }] })
    const wrongValue = await client.callTool({ name: 'calculate', arguments: { expression: '1/0' } })
    expect(wrongValue).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('divisor') }] })
    await client.close()
  })

  test('keeps notes and reads them as resources', async () => {
    const client = await connectHttp()
    const added = await client.callTool({ name: 'add_note', arguments: { text: 'Water the plants' } })
    const { id } = added.structuredContent as { id: string }
    const { resources } = await client.listResources()
    expect(resources.map(({ uri }) => uri)).toEqual(expect.arrayContaining(['example://about', `note://${id}`]))
    const read = await client.readResource({ uri: `note://${id}` })
    expect(read.contents).toMatchObject([{ text: 'Water the plants' }])
    await expect(client.readResource({ uri: 'note://none' })).rejects.toThrow(/not found/i)
    await client.callTool({ name: 'delete_note', arguments: { id } })
    await client.close()
  })

  test('gets the prompt filled in', async () => {
    const client = await connectHttp()
    const { messages } = await client.getPrompt({ name: 'plan_meeting', arguments: { places: 'Tokyo, Berlin' } })
    expect(messages).toMatchObject([{ role: 'user', content: { text: expect.stringContaining('Tokyo, Berlin') } }])
    await client.close()
  })

  test('hears progress', async () => {
    const client = await connectHttp()
    const heard: number[] = []
    await client.callTool(
      { name: 'run_timer', arguments: { seconds: 0.1, steps: 2 } },
      { onprogress: ({ progress }) => heard.push(progress) },
    )
    expect(heard).toEqual([1, 2])
    await client.close()
  })

  test('that goes away ends its work on the server', async () => {
    const client = await connectHttp()
    const before = await cancelledCalls()
    await startLongCall(client)
    await client.close()
    await expect.poll(cancelledCalls, { timeout: 10_000 }).toBe(before + 1)
  })

  test('is served over stdio the same way', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'mcp-example-'))
    const client = await connectStdio(directory)
    expect(client.getNegotiatedProtocolVersion()).toBe(version)
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(TOOLS)
    await client.callTool({ name: 'add_note', arguments: { text: 'over a pipe' } })
    const listed = await client.callTool({ name: 'list_notes', arguments: {} })
    expect(listed.structuredContent).toMatchObject({ found: 1 })

    const heard: number[] = []
    const controller = new AbortController()
    const call = client.callTool(
      { name: 'run_timer', arguments: { seconds: 60, steps: 60 } },
      {
        signal: controller.signal,
        onprogress: ({ progress }) => {
          heard.push(progress)
          controller.abort()
        },
      },
    )
    await expect(call).rejects.toThrow(/abort/i)
    expect(heard).toEqual([1])
    await client.close()
    await rm(directory, { recursive: true })
  })
})

// The older protocol cancels by a message of its own, which a server without sessions cannot assign to a call.
test('cancelling a call of the newer protocol ends it on the server while the client stays', async () => {
  const client = await connect(server.url, { versionNegotiation: { mode: 'auto' } })
  const before = await cancelledCalls()
  const cancel = await startLongCall(client)
  cancel()
  await expect.poll(cancelledCalls, { timeout: 10_000 }).toBe(before + 1)
  await client.close()
})

test('without the token, or with a wrong one, nothing but health is told', async () => {
  for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: `Basic ${TOKEN}` }]) {
    const response = await fetch(server.url, { method: 'POST', headers, body: '{}' })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
  }
  expect(await (await fetch(new URL('/health', server.url))).json()).toEqual({ status: 'ok' })
  expect((await fetch(new URL('/ready', server.url))).status).toBe(200)
})

test('a page from elsewhere cannot use the browser of this machine to call tools', async () => {
  expect(await post({ host: 'evil.example' })).toBe(403)
  expect(await post({ origin: 'https://evil.example' })).toBe(403)
  expect(await post({ origin: 'http://localhost:3000' })).not.toBe(403)
})

test('too large, deep or broken bodies are refused and the server lives', async () => {
  const send = async (body: string) =>
    (
      await fetch(server.url, {
        method: 'POST',
        body,
        headers: {
          authorization: `Bearer ${TOKEN}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
      })
    ).status
  expect(await send('x'.repeat(1_100_000))).toBe(413)
  expect(await send('{"jsonrpc":')).toBe(400)
  const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`
  expect(await send(deep)).toBeGreaterThanOrEqual(400)
  expect(
    await send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"calculate","arguments":${deep}}}`),
  ).toBeLessThan(600)
  expect((await fetch(new URL('/health', server.url))).status).toBe(200)
})

test('counts requests and calls for Prometheus, and paths nobody serves under one name', async () => {
  await fetch(new URL('/wp-login.php', server.url))
  const text = await (await fetch(new URL('/metrics', server.url))).text()
  expect(text).toMatch(/http_requests_total\{method="GET",path="other",status="404"\} \d+/)
  expect(text).toMatch(/mcp_tool_calls_total\{tool="calculate",outcome="ok"\} \d+/)
  expect(text).toMatch(/mcp_tool_calls_total\{tool="calculate",outcome="fault"\} \d+/)
})

test('logs one JSON line an event, without arguments', () => {
  const lines = server.logged().trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(expect.arrayContaining(['listening', 'tool_call']))
  expect(lines.some((line) => JSON.parse(line).trace === TRACE)).toBe(true)
  expect(server.logged()).not.toContain('Water the plants')
  expect(server.logged()).not.toContain(TOKEN)
})

test('SIGTERM ends it cleanly while a call runs', async () => {
  await using other = await startServer()
  await startLongCall(await connect(other.url, {}))
  other.process.kill('SIGTERM')
  const [code, signal] = await once(other.process, 'exit')
  expect([code, signal]).toEqual([0, null])
})

test('a taken port is told in one line', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  const port = String(typeof address === 'object' ? address?.port : '')
  const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env['PATH'], MCP_EXAMPLE_PORT: port } })
  let told = ''
  child.stderr.on('data', (chunk) => (told += String(chunk)))
  expect(await once(child, 'close')).toEqual([1, null])
  expect(told.trim().split('\n')).toEqual([expect.stringContaining(`port ${port} is taken`)])
  taken.close()
})

async function connect(url: URL, options: ClientOptions): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, options)
  const requestInit = { headers: { authorization: `Bearer ${TOKEN}` } }
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit }))
  return client
}

/** Starts a call of a minute, waits until the server is at it, and gives the way to cancel it. */
async function startLongCall(client: Client): Promise<() => void> {
  const controller = new AbortController()
  await new Promise((resolve) => {
    client
      .callTool(
        { name: 'run_timer', arguments: { seconds: 60, steps: 60 } },
        { signal: controller.signal, onprogress: resolve },
      )
      .catch(() => 'cut short, as every test that uses it wants')
  })
  return () => controller.abort()
}

async function cancelledCalls(): Promise<number> {
  const text = await (await fetch(new URL('/metrics', server.url))).text()
  return Number(/tool="run_timer",outcome="cancelled"\} (\d+)/.exec(text)?.[1] ?? 0)
}

function post(headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(
      server.url,
      { method: 'POST', headers: { authorization: `Bearer ${TOKEN}`, ...headers } },
      (response) => {
        response.resume()
        resolve(response.statusCode)
      },
    )
    sent.on('error', reject)
    sent.end('{}')
  })
}
