import { isInputRequiredResult, type CallToolResult, type Client, type Tool } from '@modelcontextprotocol/client'
import { explainFailure, type McpFailure } from './failure.ts'

export interface CallToolOptions {
  signal: AbortSignal
  onProgress: (progress: { progress: number; total?: number; text?: string }) => void
  /** Goes into the request's `_meta`: W3C trace context, for one. */
  meta?: Readonly<Record<string, unknown>>
  /** The client was opened with somebody who answers a tool's questions; they are put to them, and the call goes on. */
  answersQuestions?: boolean
  /** How long the server may be silent; progress starts it anew. */
  idleMs: number
  /** How long the call may take, whatever progress it reports. */
  maxMs: number
}

export type CallToolOutcome = { result: CallToolResult } | { failure: McpFailure }

/** Calls a tool once. Never rejects. */
export async function callTool(
  client: Client,
  tool: Tool,
  input: Record<string, unknown>,
  options: CallToolOptions,
): Promise<CallToolOutcome> {
  const deadline = AbortSignal.timeout(options.maxMs)
  try {
    const result = await client.callTool(
      { name: tool.name, arguments: input, ...(options.meta === undefined ? {} : { _meta: { ...options.meta } }) },
      {
        signal: AbortSignal.any([options.signal, deadline]),
        timeout: options.idleMs,
        resetTimeoutOnProgress: true,
        onprogress: ({ progress, total, message }) =>
          options.onProgress({
            progress,
            ...(total === undefined ? {} : { total }),
            ...(message === undefined ? {} : { text: message }),
          }),
        toolDefinition: withoutOutputSchema(tool),
        allowInputRequired: options.answersQuestions !== true,
      },
    )
    if (isInputRequiredResult(result)) return { failure: asksThePerson }
    return { result }
  } catch (error) {
    if (options.signal.aborted) return { failure: { kind: 'cancelled', message: 'The call was stopped' } }
    if (!deadline.aborted) return { failure: explainFailure(error) }
    return { failure: { kind: 'timeout', message: `The call took longer than ${options.maxMs / 1000} s` } }
  }
}

const asksThePerson: McpFailure = {
  kind: 'asks',
  message: 'The tool wants to ask the person something in mid-call. That is not supported yet, so it was declined',
}

/** The client library would compile the schema anew at each call; it is checked above, where the compiled one is kept. */
function withoutOutputSchema(tool: Tool): Tool {
  const { outputSchema: _, ...rest } = tool
  return rest
}
