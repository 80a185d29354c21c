import { oddRequests, sendBytes, smuggledPath } from '@ai-assistant/simulators/odd-http'
import { expect, test } from 'vitest'
import { startApp } from './support/start-app.ts'

test('answers what HTTP allows and hardly anybody sends, and what it forbids, as HTTP says, and one answer for each', async () => {
  const lines: string[] = []
  const app = await startApp({ logTo: (line) => lines.push(line), env: { RATE_LIMIT_ENABLED: 'false' } })
  // One answers strangers before it reads what they send, the other reads it.
  for (const [path, served] of [
    ['/api/chat', { get: '405', post: '401' }],
    ['/api/session', { get: '401', post: '400' }],
  ] as const) {
    for (const { name, bytes, statuses } of oddRequests(path, served)) {
      const answer = await sendBytes(app.url, bytes)
      const early = bytes.startsWith('POST ') && path === '/api/chat' ? [[served.post]] : []
      expect([statuses, ...early], `${name}: ${answer.text}`).toContainEqual(answer.statuses)
      expect(answer.text, name).not.toContain('HTTP/1.1 5')
    }
  }
  expect(lines.join('')).not.toContain(smuggledPath)
  expect((await app.client.ask('Are you still there?')).done).toBe(true)
})

test('names the methods that there are to whoever comes with another', async () => {
  const { stranger } = await startApp()
  const response = await stranger.request('PUT', '/api/session')
  expect(response.headers.get('allow')).toBe('POST, GET, HEAD, DELETE')
  expect([response.status, await response.json()]).toMatchObject([405, { code: 'method_not_allowed' }])
  expect((await stranger.request('PUT', '/v1/models')).status).toBe(405)
  expect((await stranger.request('PUT', '/api/nothing')).status).toBe(404)
})
