import { parseTraceparent, type TraceContext } from '@ai-assistant/telemetry/trace-context'
import type { Tracer } from '@ai-assistant/telemetry/tracer'
import type { McpServer, ServerContext } from '@modelcontextprotocol/server'
import type { z } from 'zod'
import { Fault } from './lib/fault.ts'

/**
 * One tool: what it promises, and the function that keeps the promise. The schemas are checked before and after `run`,
 * so `run` sees only valid input and a wrong answer never leaves the house.
 */
export interface Tool<Input extends z.ZodObject, Output extends z.ZodObject> {
  name: string
  title: string
  /** What the model reads to choose and fill in the tool: what it does, its units, what it does not do. */
  description: string
  /** Hosts decide by these whether to ask a person first. All four are stated; none is left to a default. */
  annotations: { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean }
  input: Input
  output: Output
  /** Throws a `Fault` to tell the caller what to change. */
  run(input: z.output<Input>, call: ToolCall): Answer<z.output<Output>> | Promise<Answer<z.output<Output>>>
}

export interface Answer<Data> {
  /** One readable sentence or block; complete, for hosts that show or forward text alone. */
  text: string
  data: Data
}

export interface ToolCall {
  /** Aborted when the caller cancels or goes away. */
  signal: AbortSignal
  /** Tells the caller how far the work is; does nothing if the caller did not ask to be told. */
  progress: (done: number, total: number, message: string) => Promise<void>
}

/** What became of a call. Arguments and answers are left out: they may be private. */
export interface ToolCallRecord {
  tool: string
  outcome: 'ok' | 'fault' | 'cancelled' | 'error'
  milliseconds: number
  /** The trace that the caller is in (W3C, in `_meta`), by which its logs and ours are found together. */
  trace?: string
  /** Only for `error`: the tool's own failure, for the log and not for the caller. */
  error?: unknown
}

/** Who is told of calls. */
export interface Watch {
  onCall: (record: ToolCallRecord) => void
  /** Begins a span a call, in the caller's trace. */
  tracer: Tracer
}

/** Adds the tool to the server. A failing tool is an answer with `isError`, never a broken connection. */
export function registerTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  server: McpServer,
  tool: Tool<Input, Output>,
  { onCall, tracer }: Watch,
): void {
  const { name, title, description, annotations, input, output } = tool
  // The schema widens to ZodObject so that the SDK's callback type stays simple; the parse has happened all the same.
  const config: { inputSchema: z.ZodObject; outputSchema: z.ZodObject } = { inputSchema: input, outputSchema: output }
  server.registerTool(name, { title, description, annotations, ...config }, async (args, context) => {
    const started = performance.now()
    const caller = callerOf(context)
    const attributes = { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': name }
    const span = tracer.start(`tools/call ${name}`, { kind: 'server', parent: caller, attributes })
    const record = (outcome: ToolCallRecord['outcome'], error?: unknown): void => {
      if (outcome !== 'ok') span.fail(outcome)
      span.end()
      onCall({
        tool: name,
        outcome,
        milliseconds: performance.now() - started,
        ...(caller === null ? {} : { trace: caller.traceId }),
        ...(error === undefined ? {} : { error }),
      })
    }
    try {
      const answer = await tool.run(input.parse(args), toToolCall(context))
      record('ok')
      return { content: [{ type: 'text', text: answer.text }], structuredContent: output.parse(answer.data) }
    } catch (error) {
      if (context.mcpReq.signal.aborted) {
        record('cancelled')
        return toErrorResult('The call was cancelled.')
      }
      if (error instanceof Fault) {
        record('fault')
        return toErrorResult(error.message)
      }
      record('error', error)
      return toErrorResult(
        `${name} failed for a reason of its own; the server's log says why. Other arguments will not help.`,
      )
    }
  })
}

function toToolCall({ mcpReq }: ServerContext): ToolCall {
  return {
    signal: mcpReq.signal,
    progress: async (progress, total, message) => {
      const progressToken = mcpReq._meta?.progressToken
      if (progressToken === undefined) return
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total, message } })
    },
  }
}

/** Where the caller is in its trace: by MCP's `_meta`, else by the request's header. Checked, so that nobody writes into our log what they like. */
function callerOf({ mcpReq, http }: ServerContext): TraceContext | null {
  return parseTraceparent(mcpReq._meta?.['traceparent']) ?? parseTraceparent(http?.req?.headers.get('traceparent'))
}

function toErrorResult(text: string) {
  return { isError: true, content: [{ type: 'text' as const, text }] }
}
