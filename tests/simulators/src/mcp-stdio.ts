import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { reactTo, type SimulatedTool } from './mcp-behaviours.ts'
import { createEffectLedger } from './mcp-ledger.ts'

/**
 * A tool server as a child process, in the handshake era. Its first argument says how it behaves: `serve` · `exit` at once ·
 * `hang` without a word, deaf to SIGTERM · `flood` its standard error · `huge-line` where an answer should be · `strict`,
 * ending when the first message is not the handshake · `parent` of a process that outlives it
 * and holds its pipes; that one is given the arguments that follow.
 */
const mode = process.argv[2] ?? 'serve'
const ledger = createEffectLedger()
const tools: SimulatedTool[] = ['echo', 'environment', 'exit'].map((name) => ({
  name,
  inputSchema: { type: 'object' },
  annotations: { readOnlyHint: true, openWorldHint: false },
}))

if (mode === 'exit') {
  process.stderr.write('cannot find my configuration\n')
  process.exit(3)
}
if (mode === 'hang') {
  process.on('SIGTERM', () => undefined)
  setInterval(() => undefined, 1000)
}
if (mode === 'flood') setInterval(() => process.stderr.write('noise '.repeat(20_000)), 1)
if (mode === 'parent') {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', ...process.argv.slice(3)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  process.stderr.write(`child ${child.pid}\n`)
}
if (mode !== 'hang') for await (const line of createInterface({ input: process.stdin })) answer(line)

function answer(line: string): void {
  const {
    id,
    method,
    params = {},
  } = JSON.parse(line) as { id?: unknown; method: string; params?: Record<string, unknown> }
  if (mode === 'strict' && method === 'server/discover') process.exit(1)
  if (id === undefined) return
  if (method === 'initialize') {
    const capabilities = { tools: {} }
    return send({
      id,
      result: { protocolVersion: '2025-06-18', capabilities, serverInfo: { name: 'stdio', version: '1' } },
    })
  }
  if (method === 'tools/list') return send({ id, result: { tools } })
  if (method === 'ping') return send({ id, result: {} })
  if (method === 'tools/call') return call(id, String(params['name']), params['arguments'])
  send({ id, error: { code: -32_601, message: 'Method not found' } })
}

function call(id: unknown, name: string, input: unknown): void {
  if (name === 'exit') process.exit(1)
  if (mode === 'huge-line') process.stdout.write(`${'x'.repeat(11 * 1024 * 1024)}\n`)
  if (name === 'environment')
    return send({ id, result: { content: [{ type: 'text', text: JSON.stringify(process.env) }] } })
  const reaction = reactTo({ id, name, input: (input ?? {}) as Record<string, unknown>, ledger })
  if (reaction.do === 'answer') send({ id, result: reaction.result })
}

function send(message: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
}
