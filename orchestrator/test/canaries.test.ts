import { randomBytes } from 'node:crypto'
import { startMcpSimulator } from '@ai-assistant/simulators/mcp-simulator'
import { startTraceCollector } from '@ai-assistant/simulators/trace-collector'
import { expect, onTestFinished, test } from 'vitest'
import { bearer, exchange, makeKey } from './support/credentials.ts'
import { startApp } from './support/start-app.ts'

/** What must be found nowhere but where it belongs. */
function seed(name: string): string {
  return `${name}-canary-${randomBytes(12).toString('hex')}`
}

test('no password, token, key, prompt or answer is in a log line, an error, a metric or a trace of a whole session', async () => {
  const canaries: Record<string, string> = {
    'the prompt': seed('prompt'),
    'the system prompt': seed('system'),
    'the answer': seed('answer'),
    'the arguments of a tool': seed('arguments'),
    'the title': seed('title'),
    'the search': seed('search'),
    'the password': seed('Password1!'),
    'a wrong password': seed('Wrong2!'),
    'a wrong code': seed('code'),
    'the model’s key': seed('sk'),
    'the tool servers’ token': seed('mcp'),
    'the metrics’ token': seed('metrics'),
    'a made-up key': `aia_${randomBytes(24).toString('hex')}`,
    'a made-up session': seed('session'),
    'what an error of the model quotes': seed('quoted'),
  }
  const canary = (name: string): string => canaries[name] ?? ''
  const lines: string[] = []
  const errors: string[] = []
  const inputSchema = { type: 'object', properties: { key: { type: 'string' } } }
  const server = await startMcpSimulator({ name: 'notes', tools: [{ name: 'effect', inputSchema }] })
  onTestFinished(() => server.close())
  const collector = await startTraceCollector()
  onTestFinished(() => collector.close())
  const app = await startApp({
    model: 'scripted',
    logTo: (line) => lines.push(line),
    env: {
      OPENAI_API_KEY: canary('the model’s key'),
      MCP_DISCOVERY_URLS: server.url,
      MCP_SERVICE_TOKEN: canary('the tool servers’ token'),
      METRICS_TOKEN: canary('the metrics’ token'),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    },
  })
  const { client, stranger } = app
  const ask = async (
    who: typeof client,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => {
    const response = await who.request(method, path, body, headers)
    const text = await response.text()
    if (!response.ok) errors.push(`${method} ${path.split('?')[0]} ${response.status} ${text}`)
    return { status: response.status, text }
  }
  canaries['the session'] = client.cookie?.split('=')[1] ?? ''
  const { secret } = await makeKey(client)
  const tokens = await exchange(client, secret)
  Object.assign(canaries, {
    'the key': secret,
    'the access token': tokens.accessToken,
    'the refresh token': tokens.refreshToken,
  })

  // A conversation with a tool call, then one that fails.
  await expect.poll(async () => (await ask(client, 'GET', '/api/tools')).text).toContain('notes__effect')
  const call = { name: 'notes__effect', arguments: JSON.stringify({ key: canary('the arguments of a tool') }) }
  app.simulator.script.enqueue({ calls: [call] }, { text: canary('the answer') })
  const started = await client.send({
    parts: [{ type: 'text', text: canary('the prompt') }],
    systemPrompt: canary('the system prompt'),
  })
  await expect.poll(async () => (await client.run(started.runId)).state).toBe('waiting')
  const { folded } = await client.follow(started.runId, 0, ({ events }) => events.at(-1)?.part.type === 'data-status')
  const approval = folded.parts.find((part) => part.type === 'dynamic-tool')?.approval?.id ?? ''
  await ask(client, 'POST', `/api/runs/${started.runId}/approvals/${approval}`, {
    approved: true,
    reason: canary('the prompt'),
  })
  await client.follow(started.runId)
  const here = `/api/conversations/${started.conversationId}`
  await ask(client, 'PATCH', here, { title: canary('the title') })
  await ask(client, 'GET', `/api/conversations?search=${canary('the search')}`)
  const refuse = (): never => {
    throw new Error(`No: ${canary('what an error of the model quotes')}`)
  }
  app.simulator.script.enqueue({ expect: refuse })
  await client.send({ parts: [{ type: 'text', text: canary('the prompt') }] }).then(({ runId }) => client.follow(runId))

  // Everything that is refused.
  const { ['a wrong code']: code = '', ['a wrong password']: password = '' } = canaries
  await ask(stranger, 'POST', '/api/session/code', { code })
  await ask(stranger, 'POST', '/api/session', { email: 'nobody@example.com', password })
  await ask(client, 'POST', '/api/account/password', { current: password, password: canary('the password') })
  await ask(stranger, 'GET', '/api/session', undefined, bearer(canary('a made-up key')))
  await ask(stranger, 'GET', '/api/session', undefined, { cookie: `session=${canary('a made-up session')}` })
  await ask(stranger, 'GET', '/metrics', undefined, bearer(canary('a made-up key')))
  await ask(stranger, 'POST', '/api/tokens/refresh', { refreshToken: tokens.accessToken })
  await ask(client, 'POST', '/api/chat', {
    parts: [{ type: 'text', text: canary('the prompt'), extra: 1 }],
    messageId: 7,
  })
  await ask(client, 'POST', '/api/chat', `{"parts": [{"type":"text","text":"${canary('the prompt')}"`)
  await ask(client, 'POST', '/api/chat', {
    conversationId: here,
    parts: [{ type: 'text', text: canary('the prompt') }],
  })
  await ask(
    client,
    'POST',
    '/v1/chat/completions',
    { model: 'x', messages: [{ role: 'user', content: canary('the prompt') }] },
    bearer(secret),
  )
  await ask(client, 'GET', `/api/nowhere?q=${canary('the search')}`)
  await ask(client, 'DELETE', here)
  await ask(client, 'DELETE', '/api/session')

  const metrics = await ask(stranger, 'GET', '/metrics', undefined, bearer(canary('the metrics’ token')))
  expect(metrics.text).toContain('http_requests_total')
  await app.close()
  const told = {
    logs: lines.join(''),
    errors: errors.join('\n'),
    metrics: metrics.text,
    traces: collector.text(),
  }
  const found = Object.entries(canaries).flatMap(([name, value]) =>
    Object.entries(told).flatMap(([where, text]) =>
      value !== '' && text.includes(value) ? [`${name} is in the ${where}`] : [],
    ),
  )
  expect(found).toEqual([])
  expect(errors.length).toBeGreaterThan(8)
  expect(lines.length).toBeGreaterThan(3)
  expect(Object.values(canaries).filter((value) => value.length < 20)).toEqual([])
})
