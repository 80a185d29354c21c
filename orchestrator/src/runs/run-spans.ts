import { formatTraceparent } from '@ai-assistant/telemetry/trace-context'
import type { Span } from '@ai-assistant/telemetry/tracer'
import type { ModelFacts } from '../models/language-model.ts'
import type { RunContext, RunDeps } from './run-context.ts'
import type { ItemRow, UsageRow } from './run-step.ts'

// Names and attributes are OpenTelemetry's conventions for generative AI. What people write and models answer is in none.

/** The whole answer: one life of it, where a worker is lost. */
export function startRunSpan(context: RunContext, deps: RunDeps): Span {
  const { run } = context
  return deps.tracer.start('invoke_agent assistant', {
    kind: 'internal',
    parent: run.trace,
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'assistant',
      'gen_ai.conversation.id': run.conversationId,
      'ai_assistant.run.id': run.id,
      'ai_assistant.run.kind': run.kind,
      'ai_assistant.run.epoch': run.epoch,
      'ai_assistant.run.resumed': run.resumed,
    },
  })
}

/** One call of the model, retries included. */
export function startModelSpan(context: RunContext, deps: RunDeps, model: ModelFacts): Span {
  const url = model.origin === null ? null : new URL(model.origin)
  return deps.tracer.start(`chat ${model.id}`, {
    kind: 'client',
    parent: context.span?.context ?? context.run.trace,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': model.provider === 'openai' ? 'openai' : `ai_assistant.${model.provider}`,
      'gen_ai.request.model': model.id,
      'gen_ai.request.max_tokens': model.answerTokens,
      'gen_ai.request.temperature': model.temperature,
      'gen_ai.request.stream': true,
      'gen_ai.conversation.id': context.run.conversationId,
      'server.address': url?.hostname,
      'server.port': url === null ? null : Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
    },
  })
}

/** What the call came to. `failure` is of our model failures' kinds; null where it was answered. */
export function endModelSpan(span: Span, end: { finish: string; failure: string | null; row: UsageRow }): void {
  const { usage } = end.row
  if (span.recording) {
    span.set({
      'gen_ai.response.finish_reasons': [end.finish],
      'gen_ai.usage.input_tokens': usage.inputTokens,
      'gen_ai.usage.output_tokens': usage.outputTokens,
      'gen_ai.usage.cache_read.input_tokens': usage.cachedTokens,
      'gen_ai.usage.reasoning.output_tokens': usage.reasoningTokens,
      'ai_assistant.usage.estimated': usage.estimated,
    })
    if (end.failure !== null) span.fail(end.failure)
  }
  span.end()
}

export function startToolSpan(context: RunContext, deps: RunDeps, item: ItemRow | undefined, server: string): Span {
  const name = item?.tool.split('__').slice(1).join('__') || (item?.tool ?? 'unknown')
  return deps.tracer.start(`execute_tool ${name}`, {
    kind: 'client',
    parent: context.span?.context ?? context.run.trace,
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.type': 'extension',
      'gen_ai.tool.call.id': item?.id,
      'mcp.method.name': 'tools/call',
      'ai_assistant.tool.server': server,
    },
  })
}

/** The header, and the key in MCP's `_meta`, by which whoever is called joins the trace; empty outside of any. */
export function traceHeaders(span: Span): { traceparent?: string } {
  return span.recording && span.context !== null ? { traceparent: formatTraceparent(span.context) } : {}
}
