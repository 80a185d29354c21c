import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Tracer } from '@ai-assistant/telemetry/tracer'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { ConfigError, isLoopback, readConfig, type Config } from './config.ts'
import { createHttpHandler } from './http.ts'
import { createNotesStore } from './lib/notes-store.ts'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { createExampleServer } from './server.ts'
import { startTracing } from './start-tracing.ts'
import type { ToolCallRecord } from './tool.ts'

const now = () => new Date()
const log = createLog((line) => process.stderr.write(line), now, process.env['LOG_LEVEL'] || 'info')

try {
  const config = readConfig(process.env, process.argv.slice(2))
  const tracer = await startTracing(config, log)
  if (config.stdio) startStdio(config, tracer)
  else startHttp(config, tracer)
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`The example MCP server cannot start:\n${error.message}\n`)
  process.exitCode = 1
}

function startStdio(config: Config, tracer: Tracer): void {
  const live = new Set<ReturnType<typeof createExampleServer>>()
  const notes = createNotesStore({
    directory: config.dataDir,
    newId: randomUUID,
    now,
    onChange: () => live.forEach((server) => server.isConnected() && server.sendResourceListChanged()),
  })
  const handle = serveStdio(() => {
    const server = createExampleServer({ notes, now, onCall: logCall, tracer })
    live.add(server)
    return server
  })
  onStopSignal(() => {
    void handle.close()
    void tracer.close()
  })
}

function startHttp(config: Config, tracer: Tracer): void {
  const metrics = createMetrics()
  const notes = createNotesStore({
    directory: config.dataDir,
    newId: randomUUID,
    now,
    onChange: () => http.notify.resourcesChanged(),
  })
  const onCall = (record: ToolCallRecord): void => {
    metrics.countCall(record)
    logCall(record)
  }
  const http = createHttpHandler({
    factory: () => createExampleServer({ notes, now, onCall, tracer }),
    config,
    log,
    metrics,
    ready: () => canKeepNotes(config.dataDir),
  })
  const server = createServer(http.listener)
  server.once('error', (error: NodeJS.ErrnoException) => {
    process.exitCode = 1
    process.stderr.write(`The example MCP server cannot start: ${toAdvice(error, config)}\n`)
  })
  server.listen(config.port, config.host, () => {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : config.port
    log('info', 'listening', { url: `http://${config.host}:${port}/mcp`, token: config.token !== null })
    if (config.token === null && !isLoopback(config.host))
      log('warn', 'open_to_everyone', { advice: 'Set MCP_SERVICE_TOKEN: other machines can call the tools.' })
  })
  onStopSignal(() => {
    server.close(() => log('info', 'stopped'))
    void http.close()
    void tracer.close()
    // Answers already computed get a second to leave; whoever holds a connection longer is let go.
    setTimeout(() => server.closeAllConnections(), 1000).unref()
    server.closeIdleConnections()
  })
}

function logCall({ milliseconds, ...record }: ToolCallRecord): void {
  const { outcome } = record
  const fields = { ...record, milliseconds: Math.round(milliseconds) }
  log(outcome === 'error' ? 'error' : 'info', 'tool_call', fields)
}

async function canKeepNotes(directory: string): Promise<{ ready: true } | { ready: false; reason: string }> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    return { ready: true }
  } catch (error) {
    log('warn', 'not_ready', { error })
    return { ready: false, reason: 'The data directory cannot be written.' }
  }
}

function toAdvice(error: NodeJS.ErrnoException, { host, port }: Config): string {
  if (error.code === 'EADDRINUSE')
    return `port ${port} is taken. Stop what uses it, or set MCP_EXAMPLE_PORT to another.`
  if (error.code === 'EACCES')
    return `port ${port} is not allowed to this user. Set MCP_EXAMPLE_PORT to one above 1023.`
  if (error.code === 'EADDRNOTAVAIL') return `HOST ${host} is no address of this machine.`
  return error.message
}

function onStopSignal(stop: () => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
}
