import {
  type ChatCompletionMessage,
  type ChatCompletionRequest,
  type MessagePart,
  passedParameters,
  type ToolPart,
} from '@ai-assistant/contract'
import type { ModelSettings, ModelTool } from '../../models/language-model.ts'
import type { ProgramChat } from '../../runs/run-options.ts'
import { HttpProblem } from '../problem.ts'

/** A request of OpenAI's clients as this house stores and runs it: system prompt, messages, and what was asked for. */
export function toProgramChat(request: ChatCompletionRequest): { systemPrompt: string; program: ProgramChat } {
  const said: string[] = []
  const chat = new Chat()
  request.messages.forEach((message, index) => {
    if (message.role === 'system' || message.role === 'developer') said.push(textOf(message.content))
    else chat.add(message, index)
  })
  const messages = chat.end()
  if (!messages.some(({ role }) => role === 'user')) throw invalid('messages', 'send at least one message of the user')
  return {
    systemPrompt: said.join('\n\n'),
    program: { messages, options: { settings: settingsOf(request), tools: toolsOf(request) } },
  }
}

type SpokenMessage = Extract<ChatCompletionMessage, { role: 'user' | 'assistant' | 'tool' }>

/** Messages of assistant and tools that follow each other are one answer with its steps. */
class Chat {
  readonly #messages: ProgramChat['messages'] = []
  readonly #open = new Map<string, ToolPart>()

  add(message: SpokenMessage, index: number): void {
    if (message.role === 'tool') return this.#settle(message, index)
    this.#refuseOpenCalls(`messages[${index}]`)
    if (message.role === 'user') {
      this.#messages.push({ role: 'user', parts: toUserParts(message.content) })
      return
    }
    const calls = (message.tool_calls ?? []).map(toToolPart)
    for (const call of calls) this.#open.set(call.toolCallId, call)
    const text = message.content ? textOf(message.content) : ''
    const parts: MessagePart[] = [
      { type: 'step-start' },
      ...(text === '' ? [] : [{ type: 'text' as const, text }]),
      ...calls,
    ]
    const last = this.#messages.at(-1)
    if (last?.role === 'assistant') last.parts.push(...parts)
    else this.#messages.push({ role: 'assistant', parts })
  }

  end(): ProgramChat['messages'] {
    this.#refuseOpenCalls('messages')
    return this.#messages
  }

  #settle(message: Extract<SpokenMessage, { role: 'tool' }>, index: number): void {
    const call = this.#open.get(message.tool_call_id)
    if (call === undefined) {
      const what = 'answers no call of the message with tool_calls before it'
      throw invalid(`messages[${index}].tool_call_id`, what)
    }
    this.#open.delete(message.tool_call_id)
    Object.assign(call, { state: 'output-available', output: textOf(message.content) } satisfies Partial<ToolPart>)
  }

  #refuseOpenCalls(where: string): void {
    const [id] = this.#open.keys()
    if (id === undefined) return
    const what = `each of the tool_calls before must be answered by a message of role tool: ${id} is not`
    throw invalid(where, what)
  }
}

function toUserParts(content: Extract<SpokenMessage, { role: 'user' }>['content']): MessagePart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.map((part) => {
    if (part.type === 'text') return part
    const { url } = part.image_url
    return { type: 'file', mediaType: url.slice('data:'.length, url.indexOf(';')), url }
  })
}

function toToolPart(call: { id: string; function: { name: string; arguments: string } }): ToolPart {
  const { name, arguments: text } = call.function
  return {
    type: 'dynamic-tool',
    toolCallId: call.id,
    toolName: name,
    state: 'input-available',
    input: parseArguments(text),
  }
}

/** What is no JSON is kept as the text it is. */
function parseArguments(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function textOf(content: string | { text: string }[]): string {
  return typeof content === 'string' ? content : content.map((part) => part.text).join('')
}

function settingsOf(request: ChatCompletionRequest): ModelSettings {
  const answerTokens = request.max_completion_tokens ?? request.max_tokens
  const passed = passedParameters.flatMap((name) => (request[name] == null ? [] : [[name, request[name]] as const]))
  return {
    ...(request.temperature == null ? {} : { temperature: request.temperature }),
    ...(answerTokens == null ? {} : { answerTokens }),
    ...(request.tool_choice == null ? {} : { toolChoice: toolChoiceOf(request) }),
    ...(passed.length === 0 ? {} : { more: Object.fromEntries(passed) }),
  }
}

function toolChoiceOf({ tool_choice: choice, tools }: ChatCompletionRequest): NonNullable<ModelSettings['toolChoice']> {
  if (choice == null || typeof choice === 'string') return choice ?? 'auto'
  const { name } = choice.function
  if (tools?.some((tool) => tool.function.name === name)) return { name }
  throw invalid('tool_choice.function.name', `there is no tool ${name} in tools`)
}

/** Whoever brings tools gets those alone: calls of theirs and of ours would mix in one round. */
function toolsOf({ tools, tool_choice: choice }: ChatCompletionRequest): ModelTool[] | null {
  if (choice === 'none') return []
  if (!tools) return null
  const names = new Set(tools.map((tool) => tool.function.name))
  if (names.size < tools.length) throw invalid('tools', 'each tool needs a name of its own')
  return tools.map(({ function: { name, description, parameters } }) => ({
    name,
    description: description ?? '',
    inputSchema: parameters ?? { type: 'object', properties: {} },
  }))
}

function invalid(field: string, message: string): HttpProblem {
  return new HttpProblem('invalid_request', `${field}: ${message}`, { errors: [{ field: `body.${field}`, message }] })
}
