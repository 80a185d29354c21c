import { startMcpSimulator } from '@ai-assistant/simulators/mcp-simulator'
import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { type CollectedSpan, startTraceCollector } from '@ai-assistant/simulators/trace-collector'
import { afterAll, afterEach, expect, inject, test } from 'vitest'
import { answerEnds, ask } from '../src/browser/page-actions.ts'
import { startBrowser } from '../src/browser/start-browser.ts'
import { readAnswer } from '../src/product/read-answer.ts'
import { type Product, startProduct } from '../src/product/start-product.ts'

const models = await startModelSimulator()
const tools = await startMcpSimulator({ name: 'lab', tools: ['echo'] })
const chromium = inject('chromium')
let product: Product | null = null

afterEach(async () => {
  await product?.stop()
  product = null
})
afterAll(() => Promise.all([models.close(), tools.close()]))

const traceId = '0af7651916cd43dd8448eb211c80319c'
const click = { traceparent: `00-${traceId}-b7ad6b7169203331-00` }
const canary = 'canary-9f2c-in-the-question'

async function start(collector: string, model: string) {
  const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: collector }
  const upstream = { url: models.url, name: model }
  const env = { ...tracing, MCP_DISCOVERY_URLS: tools.url, LOG_LEVEL: 'debug' }
  product = await startProduct({ model: upstream, tools: 0, env, webEnv: tracing })
  const client = await product.signIn()
  const send = async (text: string): Promise<string> => {
    const answer = await client.call('POST', '/api/chat', { parts: [{ type: 'text', text }] }, click)
    return ((await answer.json()) as { runId: string }).runId
  }
  await expect.poll(async () => (await client.tools()).servers[0]?.state).toBe('connected')
  return { product, client, send }
}

test('a click, its answer and its tool calls are one trace through every server, without a word that was said', async () => {
  const collector = await startTraceCollector()
  const model = 'sim-len10-tools1'
  const { product, client, send } = await start(collector.url, model)
  const runId = await send(canary)
  const answer = await readAnswer(client, runId)
  expect(answer.parts.some((part) => part.type === 'dynamic-tool')).toBe(true)
  await product.stop()
  const spans = collector.spans.filter((span) => span.traceId === traceId)
  const one = (name: string): CollectedSpan => {
    const found = spans.filter((span) => span.name === name)
    expect(found, `spans called ${name}`).toHaveLength(1)
    return found[0]!
  }
  const web = spans.find((span) => span.service === 'frontend')
  const door = spans.find((span) => span.service === 'orchestrator' && span.name === 'POST /api/chat')
  const run = one('invoke_agent assistant')
  const tool = one('execute_tool echo')
  const chats = spans.filter((span) => span.name === `chat ${model}`)
  expect(web).toMatchObject({ name: 'POST /api/chat', parentSpanId: 'b7ad6b7169203331' })
  expect(door).toMatchObject({ parentSpanId: web?.spanId, attributes: { 'http.response.status_code': '202' } })
  expect(run).toMatchObject({ parentSpanId: door?.spanId, attributes: { 'ai_assistant.run.state': 'complete' } })
  expect(chats.map((chat) => chat.parentSpanId)).toEqual([run.spanId, run.spanId])
  expect(chats.map((chat) => chat.attributes['gen_ai.operation.name'])).toEqual(['chat', 'chat'])
  expect(chats[1]?.attributes).toMatchObject({
    'gen_ai.request.model': model,
    'gen_ai.usage.output_tokens': expect.stringMatching(/^\d+$/),
    'server.address': '127.0.0.1',
  })
  expect(tool).toMatchObject({ parentSpanId: run.spanId, failed: false })
  // Whom we ask joins the trace: the model by its header, the tool by `_meta`.
  expect(models.ledger.requestsTo(model).map((entry) => entry.traceparent)).toEqual(
    chats.map((chat) => `00-${traceId}-${chat.spanId}-01`),
  )
  const call = tools.requests.find((request) => request.method === 'tools/call')
  expect(call?.meta['traceparent']).toBe(`00-${traceId}-${tool.spanId}-01`)
  // Its lines in the log are found by the trace, and nothing that was said is in a span or a line.
  const lines = product
    .logs()
    .split('\n')
    .filter((line) => line.includes(`"trace":"${traceId}"`))
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(
    expect.arrayContaining(['An answer begins', 'An answer ended', 'Answered a request']),
  )
  const answered = lines.map((line) => JSON.parse(line)).find((line) => line.msg === 'Answered a request')
  expect(answered.request).toMatch(/^[0-9a-f-]{36}$/)
  expect(product.logs()).not.toContain(canary)
  expect(product.logs()).not.toContain('key-of-the-tests')
  expect(product.logs()).not.toContain(client.cookie.split('=')[1])
  expect(collector.text()).not.toContain(canary)
  await collector.close()
})

test('the trace goes on inside a tool server of ours', async () => {
  const collector = await startTraceCollector()
  const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  product = await startProduct({
    model: { url: models.url, name: 'sim-len10' },
    web: false,
    env: tracing,
    toolsEnv: tracing,
  })
  const client = await product.signIn()
  await expect.poll(async () => (await client.tools()).servers[0]?.state).toBe('connected')
  const names = (await client.tools()).servers.flatMap((server) => server.tools.map(({ name }) => name))
  const name = names.find((one) => one.endsWith('calculate'))
  const { runId } = await client.send({ text: `Count\n/call ${name} {"expression":"17 * 23"}` })
  expect((await readAnswer(client, runId)).finish.state).toBe('complete')
  await product.stop()
  const called = collector.spans.filter((span) => span.name.startsWith('execute_tool '))
  const inside = collector.spans.filter((span) => span.service === 'mcp-example')
  expect(inside).toMatchObject([
    { name: 'tools/call calculate', traceId: called[0]?.traceId, parentSpanId: called[0]?.spanId, failed: false },
  ])
  expect(collector.text()).not.toContain('17 * 23')
  await collector.close()
})

test.skipIf(chromium === null)('the trace begins with the click on the page', async () => {
  const collector = await startTraceCollector()
  const { product } = await start(collector.url, 'sim-len10')
  const browser = await startBrowser(chromium!)
  try {
    const page = browser.context.pages()[0] ?? (await browser.context.newPage())
    await page.goto(`${product.url}/#${await product.orchestrator.ownerCode()}`)
    const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/api/chat'))
    await ask(page, 'Count')
    const [, trace, click] = ((await (await sent).headerValue('traceparent')) ?? '').split('-')
    await answerEnds(page)
    await product.stop()
    const spans = collector.spans.filter((span) => span.traceId === trace)
    expect(spans.find((span) => span.service === 'frontend')?.parentSpanId).toBe(click)
    expect(spans.map((span) => span.name)).toEqual(
      expect.arrayContaining(['POST /api/chat', 'invoke_agent assistant', 'chat sim-len10']),
    )
  } finally {
    await browser.close()
    await collector.close()
  }
})

test('an answer stays in its trace when another life of the server goes on with it', async () => {
  const collector = await startTraceCollector()
  const { product, client, send } = await start(collector.url, 'sim-itl10-len150')
  const runId = await send('Count, whatever happens')
  const { promise: seen, resolve } = Promise.withResolvers<void>()
  const reading = readAnswer(client, runId, {
    onEvent: ({ part }) => {
      if (part.type === 'text-delta' && part.delta.includes('t0030')) resolve()
    },
  })
  await seen
  await product.orchestrator.kill()
  await product.orchestrator.start()
  expect((await reading).finish.state).toBe('complete')
  await product.stop()
  const run = collector.spans.find((span) => span.name === 'invoke_agent assistant')
  expect(run).toMatchObject({
    traceId,
    attributes: { 'ai_assistant.run.resumed': true, 'ai_assistant.run.epoch': '2' },
  })
  await collector.close()
})

test('a collector that takes requests and never answers changes nothing', async () => {
  const collector = await startTraceCollector()
  collector.freeze()
  const { product, client, send } = await start(collector.url, 'sim-len10')
  for (let at = 0; at < 5; at++) {
    expect((await readAnswer(client, await send('Count'))).finish.state).toBe('complete')
  }
  expect(await product.orchestrator.stop()).toBe(0)
  await collector.close()
})
