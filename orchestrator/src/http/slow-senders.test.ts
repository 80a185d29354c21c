import { connect, type AddressInfo } from 'node:net'
import { silentTracer } from '@ai-assistant/telemetry/tracer'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { createMetrics } from '../telemetry/metrics.ts'
import type { Handlers } from './route.ts'
import { createServer } from './server.ts'

const person = { id: '0190f000-0000-7000-8000-000000000000', name: 'A', email: null, role: 'member' } as const

test('whoever sends headers or a body a byte at a time is cut, and the others do not notice', async () => {
  const handlers = { health: () => Promise.resolve({ status: 'ok', version: '0' }) } as unknown as Handlers
  const app = createServer({
    handlers,
    authenticate: async () => ({
      person,
      means: 'session',
      sessionId: person.id,
      beganAt: new Date(),
      recalled: false,
    }),
    standing: { watch: () => undefined, look: () => undefined, close: () => undefined },
    limits: null,
    log: pino({ level: 'silent' }),
    metrics: createMetrics(),
    tracer: silentTracer,
    metricsToken: null,
    origins: { publicUrl: 'http://localhost', allowed: [] },
    trustedProxies: [],
    maxBodyBytes: 1000_000,
    draining: () => false,
    patience: { headersMs: 500, requestMs: 1000, lookMs: 100 },
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  const { port } = app.server.address() as AddressInfo
  const slow = Array.from({ length: 300 }, (_, n) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (data) => (answer += data.toString()))
    socket.on('error', () => undefined)
    socket.write('POST /api/chat HTTP/1.1\r\nhost: localhost\r\n')
    if (n % 2 === 0) socket.write('content-type: application/json\r\ncontent-length: 9000\r\n\r\n{')
    const drip = setInterval(() => socket.write(n % 2 === 0 ? ' ' : 'a'), 50)
    return new Promise<string>((resolve) =>
      socket.on('close', () => {
        clearInterval(drip)
        resolve(answer)
      }),
    )
  })
  let asked = 0
  let cut = false
  const all = Promise.all(slow).finally(() => (cut = true))
  while (!cut) {
    const response = await fetch(`http://127.0.0.1:${port}/health`)
    expect(response.status).toBe(200)
    asked += 1
  }
  for (const answer of await all) expect(answer).toMatch(/^(HTTP\/1\.1 (408|400) |$)/)
  expect(asked).toBeGreaterThan(10)
})
