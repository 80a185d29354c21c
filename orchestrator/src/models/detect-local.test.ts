import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { detectLocal } from './detect-local.ts'

const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

/** A server that answers `/v1/models` with this status and body. */
async function serve(status: number, body: string, headers: Record<string, string> = {}): Promise<number> {
  const server = createServer((request, response) => {
    if (request.url !== '/v1/models') return void response.writeHead(404).end()
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

async function freePort(): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const ollamaList = JSON.stringify({
  object: 'list',
  data: [
    { id: 'nomic-embed-text:latest', object: 'model', created: 1, owned_by: 'library' },
    { id: 'llama3.2:latest', object: 'model', created: 1, owned_by: 'library' },
  ],
})

test('a server that lists models is found with its base URL, without the models that cannot chat', async () => {
  const port = await serve(200, ollamaList)
  expect(await detectLocal([{ name: 'Ollama', port }])).toEqual({
    name: 'Ollama',
    baseUrl: `http://127.0.0.1:${port}/v1`,
    models: [{ id: 'llama3.2:latest', ownedBy: 'library' }],
  })
})

test('nobody listening is no server', async () => {
  expect(await detectLocal([{ name: 'Ollama', port: await freePort() }])).toBeNull()
})

test.each([
  ['a page', 200, '<html>hello</html>', {}],
  ['other JSON', 200, '{"status":"ok"}', {}],
  ['a list of something else', 200, '{"object":"list","data":[{"name":"x"}]}', {}],
  ['a refusal', 401, ollamaList, {}],
  ['a redirect', 302, '', { location: '/elsewhere' }],
  ['more than any list', 200, `{"object":"list","data":[]}${' '.repeat(2 << 20)}`, {}],
])('%s on a usual port is not taken for a model server', async (_, status, body, headers) => {
  expect(await detectLocal([{ name: 'llama.cpp', port: await serve(status, body, headers) }])).toBeNull()
})

test('a server that accepts and says nothing is given up, and another one is found meanwhile', async () => {
  const silent = createTcpServer(() => undefined)
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const sockets: Socket[] = []
  silent.on('connection', (socket) => sockets.push(socket))
  closers.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => silent.close(resolve))
  })
  const { port } = silent.address() as AddressInfo
  const found = await detectLocal([
    { name: 'llama.cpp', port },
    { name: 'LM Studio', port: await serve(200, ollamaList) },
  ])
  expect(found?.name).toBe('LM Studio')
})

test('a server with models goes before one without', async () => {
  const found = await detectLocal([
    { name: 'Ollama', port: await serve(200, '{"object":"list","data":null}') },
    { name: 'LM Studio', port: await serve(200, ollamaList) },
  ])
  expect(found?.name).toBe('LM Studio')
})

test('a server without models is told of, so that the person learns what it lacks', async () => {
  const port = await serve(200, '{"object":"list","data":null}')
  expect((await detectLocal([{ name: 'Ollama', port }]))?.models).toEqual([])
})
