import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { oddRequests, sendBytes, smuggledPath } from '../../tests/simulators/src/odd-http.ts'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createApp } from './app.ts'
import { readConfig } from './config.ts'

/** What reached the orchestrator. */
const passedOn: { method: string; url: string; headers: IncomingMessage['headers'] }[] = []
const orchestrator = createServer((request, response) => {
  const { method = '', url = '', headers } = request
  passedOn.push({ method, url, headers })
  request.resume().on('end', () => response.end('ok'))
})
let app: ReturnType<typeof createApp>
let url: string

beforeAll(async () => {
  orchestrator.listen(0, '127.0.0.1')
  await once(orchestrator, 'listening')
  const ORCHESTRATOR_URL = `http://127.0.0.1:${(orchestrator.address() as AddressInfo).port}`
  const config = readConfig({ FRONTEND_PORT: '0', ORCHESTRATOR_URL })
  app = createApp({ config, assets: new Map(), version: '1.2.3', log: pino({ level: 'silent' }) })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
})

beforeEach(() => void passedOn.splice(0))

afterAll(async () => {
  await app.close()
  orchestrator.closeAllConnections()
  orchestrator.close()
})

test.each(oddRequests('/api/echo', { get: '200', post: '200' }))(
  '$name is answered as HTTP says, and brings nothing along',
  async ({ bytes, statuses }) => {
    const answer = await sendBytes(url, bytes)
    expect(answer.statuses, answer.text).toEqual(statuses)
    // Of a body that turns out to be none, the beginning may have been passed on.
    const most = statuses.includes('200') || bytes.includes('chunked') ? 1 : 0
    expect(passedOn.length).toBeLessThanOrEqual(most)
    expect(passedOn.length).toBeGreaterThanOrEqual(statuses.includes('200') ? 1 : 0)
    for (const request of passedOn) {
      expect(request.url).not.toContain(smuggledPath)
      expect(request.url).toMatch(/^\/api\/echo/)
      expect(request.method).toBe(bytes.split(' ', 1)[0])
      expect(request.headers.upgrade).toBeUndefined()
      expect(request.headers.trailer).toBeUndefined()
    }
    expect((await fetch(`${url}/health`)).status).toBe(200)
  },
)

test('says which methods there are to whoever comes with another', async () => {
  const { text } = await sendBytes(url, 'TRACE /api/echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  expect(text.toLowerCase()).toContain('\r\nallow: get, head, post, put, patch, delete, options\r\n')
  expect(text).toContain('"code":"method_not_allowed"')
})
