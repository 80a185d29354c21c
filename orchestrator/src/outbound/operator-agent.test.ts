import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fetch, request } from 'undici'
import { expect, test } from 'vitest'
import { createOperatorAgent } from './operator-agent.ts'

async function listen(handle: Parameters<typeof createServer>[1]) {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}

test('reaches the origin it was made for, and throws for any other', async () => {
  await using server = await listen((_, response) => response.end('here'))
  await using other = await listen((_, response) => response.end('elsewhere'))
  const agent = createOperatorAgent(`${server.url}/some/path`)
  expect(agent.origin).toBe(server.url)
  const { dispatcher } = agent
  expect(await (await request(server.url, { dispatcher })).body.text()).toBe('here')
  await expect(request(other.url, { dispatcher })).rejects.toThrow(server.url)
  await expect(fetch(other.url, { dispatcher })).rejects.toThrow('fetch failed')
  await agent.close()
})

test('a redirect is not followed off the origin', async () => {
  let asked = 0
  await using other = await listen((_, response) => {
    asked += 1
    response.end()
  })
  await using server = await listen((_, response) => response.writeHead(302, { location: other.url }).end())
  const agent = createOperatorAgent(server.url)
  const { dispatcher } = agent
  const answer = await request(server.url, { dispatcher })
  expect(answer.statusCode).toBe(302)
  await answer.body.dump()
  await expect(fetch(server.url, { dispatcher })).rejects.toThrow('fetch failed')
  expect(asked).toBe(0)
  await agent.close()
})

test.each(['http://169.254.169.254/latest', 'http://[fd00:ec2::254]/', 'http://2852039166/', 'ftp://example.com/'])(
  '%s is refused before anything is sent',
  (url) => {
    expect(() => createOperatorAgent(url)).toThrow(/metadata address|Only http/)
  },
)
