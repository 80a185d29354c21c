import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  inputResponse,
  type CallToolResult,
  type InputRequests,
  type McpServer,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'

export interface RoundState {
  round: number
}

const name = z.object({ name: z.string() })
const color = z.object({ color: z.string() })
const confirmation = z.object({ ok: z.boolean() })

const askName = inputRequired.elicit({ message: 'What is your name?', requestedSchema: name })
const askRoots = inputRequired.listRoots()

function askModel(text: string, maxTokens: number): InputRequests[string] {
  return inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens })
}

/** The suite's tools that ask back in mid-call: multi-round-trip requests of protocol 2026-07-28. */
export function registerQuestionTools(server: McpServer, state: RequestStateCodec<RoundState>): void {
  registerSingleQuestions(server)
  registerRounds(server, state)
  registerCapabilityChecks(server)
  const prompt = { description: 'A prompt that asks for its context first' }
  server.registerPrompt('test_input_required_result_prompt', prompt, async ({ mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, 'user_context', z.object({ context: z.string() }))
    if (given !== undefined) {
      return { messages: [{ role: 'user', content: { type: 'text', text: `Context: ${given.context}` } }] }
    }
    const message = 'What context should the prompt use?'
    const requestedSchema = z.object({ context: z.string() })
    return inputRequired({ inputRequests: { user_context: inputRequired.elicit({ message, requestedSchema }) } })
  })
}

function registerSingleQuestions(server: McpServer): void {
  for (const tool of ['test_input_required_result_elicitation', 'test_streaming_elicitation']) {
    server.registerTool(tool, { description: 'Asks for a name' }, async ({ mcpReq }) => {
      const given = acceptedContent(mcpReq.inputResponses, 'user_name', name)
      if (given === undefined) return inputRequired({ inputRequests: { user_name: askName } })
      return text(`Hello, ${given.name}!`)
    })
  }
  server.registerTool('test_input_required_result_sampling', { description: 'Asks a model' }, async ({ mcpReq }) => {
    const given = inputResponse(mcpReq.inputResponses, 'capital_question')
    if (given.kind === 'sampling') return text(JSON.stringify(given.result.content))
    const capital_question = askModel('What is the capital of France?', 100)
    return inputRequired({ inputRequests: { capital_question } })
  })
  server.registerTool(
    'test_input_required_result_list_roots',
    { description: 'Asks for roots' },
    async ({ mcpReq }) => {
      const given = inputResponse(mcpReq.inputResponses, 'client_roots')
      if (given.kind === 'roots') return text(given.roots.map((root) => root.uri).join('\n'))
      return inputRequired({ inputRequests: { client_roots: askRoots } })
    },
  )
}

function registerRounds(server: McpServer, state: RequestStateCodec<RoundState>): void {
  const confirm = inputRequired.elicit({ message: 'Please confirm', requestedSchema: confirmation })
  for (const tool of ['test_input_required_result_request_state', 'test_input_required_result_tampered_state']) {
    server.registerTool(tool, { description: 'Asks once, with sealed state' }, async ({ mcpReq }) => {
      const round = mcpReq.requestState<RoundState>()?.round
      const given = acceptedContent(mcpReq.inputResponses, 'confirm', confirmation)
      if (round === 1 && given !== undefined) return text('state-ok')
      return inputRequired({ inputRequests: { confirm }, requestState: await state.mint({ round: 1 }) })
    })
  }
  server.registerTool('test_input_required_result_multi_round', { description: 'Asks twice' }, async ({ mcpReq }) => {
    const round = mcpReq.requestState<RoundState>()?.round ?? 0
    if (round === 1 && acceptedContent(mcpReq.inputResponses, 'step1', name) !== undefined) {
      const step2 = inputRequired.elicit({ message: 'Step 2: What is your favorite color?', requestedSchema: color })
      return inputRequired({ inputRequests: { step2 }, requestState: await state.mint({ round: 2 }) })
    }
    if (round === 2 && acceptedContent(mcpReq.inputResponses, 'step2', color) !== undefined) return text('done')
    const step1 = inputRequired.elicit({ message: 'Step 1: What is your name?', requestedSchema: name })
    return inputRequired({ inputRequests: { step1 }, requestState: await state.mint({ round: 1 }) })
  })
  server.registerTool(
    'test_input_required_result_multiple_inputs',
    { description: 'Asks thrice' },
    async ({ mcpReq }) => {
      const { inputResponses } = mcpReq
      const given = ['user_name', 'greeting', 'client_roots'].map((key) => inputResponse(inputResponses, key).kind)
      if (!given.includes('missing')) return text(given.join(', '))
      const inputRequests = {
        user_name: askName,
        greeting: askModel('Generate a greeting', 50),
        client_roots: askRoots,
      }
      return inputRequired({ inputRequests, requestState: await state.mint({ round: 1 }) })
    },
  )
}

function registerCapabilityChecks(server: McpServer): void {
  server.registerTool('test_missing_capability', { description: 'Needs sampling' }, async ({ mcpReq }) => {
    const given = inputResponse(mcpReq.inputResponses, 'greeting')
    if (given.kind === 'sampling') return text('done')
    // To a client without sampling the server answers MissingRequiredClientCapability in place of this.
    return inputRequired({ inputRequests: { greeting: askModel('Generate a greeting', 50) } })
  })
  const tool = 'test_input_required_result_capabilities'
  server.registerTool(tool, { description: 'Asks what the client can answer' }, async (context) => {
    const can = capabilitiesOf(context)
    const inputRequests: InputRequests = {
      ...(can['sampling'] === undefined ? {} : { greeting: askModel('Generate a greeting', 50) }),
      ...(can['elicitation'] === undefined ? {} : { user_name: askName }),
    }
    return Object.keys(inputRequests).length === 0 ? text('done') : inputRequired({ inputRequests })
  })
}

function capabilitiesOf({ mcpReq }: ServerContext): Record<string, unknown> {
  const envelope: Record<string, unknown> = { ...mcpReq.envelope }
  return { ...(envelope[CLIENT_CAPABILITIES_META_KEY] as Record<string, unknown> | undefined) }
}

function text(words: string): CallToolResult {
  return { content: [{ type: 'text', text: words }] }
}
