import { silentTracer } from '@ai-assistant/telemetry/tracer'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { createRequestStateCodec, McpServer, type ServerNotifier } from '@modelcontextprotocol/server'
import { createHttpHandler } from '../../src/http.ts'
import { createLog } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'
import { registerTool } from '../../src/tool.ts'
import { calculate } from '../../src/tools/calculate.ts'
import { registerContentTools } from './content-tools.ts'
import { registerPromptsAndResources } from './prompts-and-resources.ts'
import { registerQuestionTools, type RoundState } from './question-tools.ts'

/**
 * This package's own server code with the fixtures of the official conformance suite in it. Listens on a free port of this
 * machine and prints its URL as the first line.
 */
const state = createRequestStateCodec<RoundState>({ key: randomBytes(32) })
const log = createLog(
  (line) => process.stderr.write(line),
  () => new Date(),
)

function createFixtureServer(notify: () => ServerNotifier): McpServer {
  const server = new McpServer(
    { name: 'conformance', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true },
        completions: {},
        logging: {},
      },
      requestState: { verify: (text, context) => state.verify(text, context) },
    },
  )
  registerTool(server, calculate, { onCall: () => undefined, tracer: silentTracer })
  registerContentTools(server, notify)
  registerQuestionTools(server, state)
  registerPromptsAndResources(server)
  return server
}

const handler = createHttpHandler({
  factory: () => createFixtureServer(() => handler.notify),
  config: { host: '127.0.0.1', token: null, metrics: true, metricsToken: null, allowedHosts: null },
  log,
  metrics: createMetrics(),
  ready: async () => ({ ready: true }),
})
const server = createServer(handler.listener)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) process.stdout.write(`http://localhost:${address.port}/mcp\n`)
})
process.once('SIGTERM', () => {
  void handler.close()
  server.close()
  server.closeAllConnections()
})
