import { setTimeout as sleep } from 'node:timers/promises'
import { fromJsonSchema, type CallToolResult, type McpServer, type ServerNotifier } from '@modelcontextprotocol/server'
import { z } from 'zod'

/** One red pixel, and a sound of no length. */
export const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const wav = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA='

const none = z.object({})

/** The suite's tools that answer with content of each kind, report progress, log, fail, and change what is offered. */
export function registerContentTools(server: McpServer, notify: () => ServerNotifier): void {
  const answers: Record<string, CallToolResult['content']> = {
    test_simple_text: [{ type: 'text', text: 'This is a simple text response for testing.' }],
    test_image_content: [{ type: 'image', data: png, mimeType: 'image/png' }],
    test_audio_content: [{ type: 'audio', data: wav, mimeType: 'audio/wav' }],
    test_embedded_resource: [
      { type: 'resource', resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'Embedded.' } },
    ],
    test_multiple_content_types: [
      { type: 'text', text: 'Multiple content types test:' },
      { type: 'image', data: png, mimeType: 'image/png' },
      {
        type: 'resource',
        resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"test":"data"}' },
      },
    ],
  }
  for (const [name, content] of Object.entries(answers)) {
    server.registerTool(name, { description: 'Answers with fixed content' }, async () => ({ content }))
  }
  server.registerTool('test_error_handling', { description: 'Fails' }, async () => {
    throw new Error('This tool intentionally returns an error for testing')
  })
  registerProgress(server)
  registerLogging(server)
  registerChanges(server, notify)
  registerSchemas(server)
}

function registerProgress(server: McpServer): void {
  const config = { description: 'Reports progress three times', inputSchema: none }
  server.registerTool('test_tool_with_progress', config, async (_, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined) {
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } })
      }
      await sleep(50)
    }
    return text('done')
  })
}

function registerLogging(server: McpServer): void {
  const names = ['test_tool_with_logging', 'test_logging_tool']
  for (const name of names) {
    server.registerTool(name, { description: 'Logs while it works', inputSchema: none }, async (_, { mcpReq }) => {
      await mcpReq.log('info', 'Tool execution started')
      await sleep(50)
      await mcpReq.log('info', 'Tool execution completed')
      return text('done')
    })
  }
}

function registerChanges(server: McpServer, notify: () => ServerNotifier): void {
  server.registerTool('test_trigger_tool_change', { description: 'Says that the tools changed' }, async () => {
    notify().toolsChanged()
    return text('done')
  })
  server.registerTool('test_trigger_prompt_change', { description: 'Says that the prompts changed' }, async () => {
    notify().promptsChanged()
    return text('done')
  })
}

function registerSchemas(server: McpServer): void {
  const addressSchema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object' as const,
    $defs: {
      address: {
        $anchor: 'addressDef',
        type: 'object',
        properties: { street: { type: 'string' }, city: { type: 'string' } },
      },
    },
    properties: {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' },
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  }
  const config = { description: 'Tool with JSON Schema 2020-12 features', inputSchema: fromJsonSchema(addressSchema) }
  server.registerTool('json_schema_2020_12_tool', config, async () => text('done'))

  const headerSchema = {
    type: 'object' as const,
    properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
    required: ['region'],
  }
  const mirrored = { description: 'Repeats an argument in a header', inputSchema: fromJsonSchema(headerSchema) }
  server.registerTool('test_mirrored_header', mirrored, async () => text('done'))
}

function text(words: string): CallToolResult {
  return { content: [{ type: 'text', text: words }] }
}
