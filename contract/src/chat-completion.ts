import { z } from 'zod'

/**
 * The body of `POST /v1/chat/completions`, as OpenAI's clients send it. What is not ours to carry out is refused with words
 * that say so; what changes nothing in the answer is accepted and not used.
 */

/** A text, or parts of which only texts count. */
const textSchema = z.union([z.string(), z.array(z.object({ type: z.literal('text'), text: z.string() })).min(1)])

const imageUrl = /^data:image\/(?:png|jpeg|gif|webp);base64,/

const userPartSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({
    type: z.literal('image_url'),
    image_url: z.object({
      // An address would be fetched by the model's server, from inside the operator's network.
      url: z.string().regex(imageUrl, 'send the image itself as a data: URL in base64 (png, jpeg, gif or webp)'),
    }),
  }),
])

const toolCallSchema = z.object({
  id: z.string().min(1).max(200),
  type: z.literal('function'),
  function: z.object({ name: z.string().min(1).max(200), arguments: z.string() }),
})

const messageSchema = z.discriminatedUnion('role', [
  z.object({ role: z.literal('system'), content: textSchema }),
  z.object({ role: z.literal('developer'), content: textSchema }),
  z.object({ role: z.literal('user'), content: z.union([z.string(), z.array(userPartSchema).min(1)]) }),
  z.object({
    role: z.literal('assistant'),
    content: textSchema.nullish(),
    tool_calls: z.array(toolCallSchema).max(128).nullish(),
  }),
  z.object({ role: z.literal('tool'), content: textSchema, tool_call_id: z.string().min(1).max(200) }),
])

const toolSchema = z.object({
  type: z.literal('function', 'only tools of type "function" are taken'),
  function: z.object({
    name: z.string().regex(/^[\w-]{1,64}$/, 'letters, digits, _ and -, at most 64'),
    description: z.string().max(20_000).nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  }),
})

const toolChoiceSchema = z.union([
  z.enum(['none', 'auto', 'required']),
  z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) }),
])

/** Passed on to the model as they are. */
const passed = {
  top_p: z.number().min(0).max(1).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  reasoning_effort: z.string().max(20).nullish(),
  verbosity: z.string().max(20).nullish(),
  response_format: z.looseObject({ type: z.enum(['text', 'json_object', 'json_schema']) }).nullish(),
}

/** Names of the parameters that are passed on. */
export const passedParameters = Object.keys(passed) as (keyof typeof passed)[]

/** They change nothing in the answer. */
const unused = {
  user: z.unknown().optional(),
  metadata: z.unknown().optional(),
  store: z.unknown().optional(),
  service_tier: z.unknown().optional(),
  safety_identifier: z.unknown().optional(),
  prompt_cache_key: z.unknown().optional(),
  prompt_cache_retention: z.unknown().optional(),
}

/** OpenAI has them, and we do not: left out silently, the answer would not be what was asked for. */
const refused = {
  n: z.literal(1, 'only n = 1 is offered: send the request again for another answer').nullish(),
  logprobs: z.literal(false, 'log probabilities are not offered').nullish(),
  top_logprobs: z.null('log probabilities are not offered').optional(),
  modalities: z.tuple([z.literal('text')], 'only text is offered').nullish(),
  audio: z.null('only text is offered').optional(),
  prediction: z.null('predicted outputs are not offered').optional(),
  web_search_options: z.null('not offered: the server’s own tools may search').optional(),
  functions: z.null('send tools instead of functions').optional(),
  function_call: z.null('send tool_choice instead of function_call').optional(),
}

export const chatCompletionRequestSchema = z.strictObject(
  {
    model: z.string().min(1).max(300),
    messages: z.array(messageSchema).min(1).max(2000),
    stream: z.boolean().nullish(),
    stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
    temperature: z.number().min(0).max(2).nullish(),
    max_tokens: z.int().min(1).nullish(),
    max_completion_tokens: z.int().min(1).nullish(),
    tools: z.array(toolSchema).min(1).max(128).nullish(),
    tool_choice: toolChoiceSchema.nullish(),
    ...passed,
    ...unused,
    ...refused,
  },
  {
    error: (issue) => (issue.code === 'unrecognized_keys' ? `Unknown parameter: ${issue.keys.join(', ')}` : undefined),
  },
)

export const openAiModelSchema = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
})

export const openAiModelsSchema = z.object({ object: z.literal('list'), data: z.array(openAiModelSchema) })

export type ChatCompletionRequest = z.output<typeof chatCompletionRequestSchema>
export type ChatCompletionMessage = ChatCompletionRequest['messages'][number]
export type OpenAiModel = z.infer<typeof openAiModelSchema>
