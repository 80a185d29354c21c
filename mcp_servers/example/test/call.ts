import type { z } from 'zod'
import type { Answer, Tool, ToolCall } from '../src/tool.ts'

export const quietCall: ToolCall = { signal: new AbortController().signal, progress: () => Promise.resolve() }

/** Runs a tool as the server does: the schemas check what goes in and what comes out. */
export async function callTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: Tool<Input, Output>,
  input: z.input<Input>,
  call: ToolCall = quietCall,
): Promise<Answer<z.output<Output>>> {
  const answer = await tool.run(tool.input.parse(input), call)
  return { text: answer.text, data: tool.output.parse(answer.data) }
}
