import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openTracer } from './open-tracer.ts'
import { parseTraceparent } from './trace-context.ts'
import { tracingSettings, type TracingValues } from './tracing-settings.ts'

const unset: TracingValues = {
  endpoint: null,
  headers: null,
  jaegerHost: null,
  jaegerPort: null,
  serviceName: null,
  attributes: null,
  sampler: 'parentbased_always_on',
  ratio: 1,
}

interface Received {
  headers: Record<string, unknown>
  body: { resourceSpans: { resource: unknown; scopeSpans: { spans: Record<string, unknown>[] }[] }[] }
}

/** A collector of our own; `answer` decides what it says, and when. */
async function collect(answer: (end: (status: number) => void) => void = (end) => end(200)) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => void parts.push(part))
    request.on('end', () => {
      received.push({ headers: request.headers, body: JSON.parse(Buffer.concat(parts).toString()) })
      answer((status) => response.writeHead(status).end('{}'))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { received, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function open(values: Partial<TracingValues>) {
  const counted = { sent: 0, dropped: 0 }
  const lines: string[] = []
  const settings = tracingSettings({ ...unset, ...values })
  if (settings === null) throw new Error('tracing is off')
  const say = (_: object, line: string): void => void lines.push(line)
  const tracer = openTracer({
    settings,
    service: 'orchestrator',
    version: '1.2.3',
    environment: 'test',
    log: { warn: say, info: say },
    observe: (outcome, spans) => (counted[outcome] += spans),
  })
  return { tracer, counted, lines }
}

test('spans arrive as one connected trace, with their resource and headers', async () => {
  const { received, endpoint } = await collect()
  const { tracer, counted } = open({ endpoint, headers: 'x-team=one%20two,bad', attributes: 'region=eu' })
  const caller = parseTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00')
  const outer = tracer.start('POST /api/chat', {
    kind: 'server',
    parent: caller,
    attributes: { 'http.route': '/api/chat' },
  })
  const inner = tracer.start('chat m', { kind: 'client', parent: outer.context })
  inner.set({ 'gen_ai.usage.input_tokens': 12, 'gen_ai.response.finish_reasons': ['stop'], absent: undefined })
  inner.event('retry', { 'error.type': 'unavailable' })
  inner.fail('cut', 'It broke off')
  inner.end()
  outer.end()
  outer.end()
  await tracer.close()
  const { headers, body } = received[0]!
  expect(headers['x-team']).toBe('one two')
  const [{ resource, scopeSpans } = { resource: null, scopeSpans: [] }] = body.resourceSpans
  expect(JSON.stringify(resource)).toContain('"region"')
  const [chat, post] = scopeSpans[0]!.spans
  expect(chat).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    parentSpanId: post?.['spanId'],
    kind: 3,
    status: { code: 2, message: 'It broke off' },
    attributes: [
      { key: 'gen_ai.usage.input_tokens', value: { intValue: '12' } },
      { key: 'gen_ai.response.finish_reasons', value: { arrayValue: { values: [{ stringValue: 'stop' }] } } },
      { key: 'error.type', value: { stringValue: 'cut' } },
    ],
    events: [{ name: 'retry' }],
  })
  expect(post).toMatchObject({ parentSpanId: 'b7ad6b7169203331', kind: 2, status: {} })
  expect(Number(chat?.['endTimeUnixNano'])).toBeGreaterThanOrEqual(Number(chat?.['startTimeUnixNano']))
  expect(counted).toEqual({ sent: 2, dropped: 0 })
})

test('every server comes to the same decision on a trace, and follows a caller that records', async () => {
  const { endpoint } = await collect()
  const one = open({ endpoint, sampler: 'parentbased_traceidratio', ratio: 0.5 }).tracer
  const other = open({ endpoint, sampler: 'traceidratio', ratio: 0.5 }).tracer
  let recorded = 0
  for (let at = 0; at < 400; at++) {
    const first = one.start('a', { kind: 'server', parent: null })
    const remote = { ...first.context!, remote: true, sampled: false }
    expect(other.start('b', { kind: 'server', parent: remote }).recording).toBe(first.recording)
    expect(one.start('c', { kind: 'server', parent: { ...remote, sampled: true } }).recording).toBe(true)
    if (first.recording) recorded += 1
  }
  expect(recorded).toBeGreaterThan(100)
  expect(recorded).toBeLessThan(300)
})

test('a collector that is away costs its spans and one line, and is used again when it is back', async () => {
  let up = false
  const { endpoint } = await collect((end) => end(up ? 200 : 503))
  const { tracer, counted, lines } = open({ endpoint })
  const span = () => tracer.start('a', { kind: 'internal', parent: null }).end()
  span()
  await tracer.close()
  span()
  await tracer.close()
  up = true
  span()
  await tracer.close()
  expect(counted).toEqual({ sent: 1, dropped: 2 })
  expect(lines).toEqual(['Traces cannot be delivered, and are dropped', 'Traces are delivered again'])
})

test('a collector that never answers keeps no more than a bounded number of spans', async () => {
  const { endpoint } = await collect(() => {})
  const { tracer, counted } = open({ endpoint })
  for (let at = 0; at < 5000; at++) tracer.start('a', { kind: 'internal', parent: null }).end()
  // One batch is on its way, and 2048 wait.
  expect(counted.dropped).toBe(5000 - 512 - 2048)
})

test('Jaeger’s old port means the one that takes traces now', () => {
  const url = (values: Partial<TracingValues>) => tracingSettings({ ...unset, ...values })?.url
  expect(url({})).toBeUndefined()
  expect(url({ jaegerHost: 'jaeger', jaegerPort: 6831 })).toBe('http://jaeger:4318/v1/traces')
  expect(url({ jaegerHost: '::1', jaegerPort: 5000 })).toBe('http://[::1]:5000/v1/traces')
  expect(url({ endpoint: 'https://otel.example.com/', jaegerHost: 'jaeger' })).toBe(
    'https://otel.example.com/v1/traces',
  )
})
