import { completable, ResourceTemplate, type McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { png } from './content-tools.ts'

/** The suite's prompts and resources. */
export function registerPromptsAndResources(server: McpServer): void {
  registerPrompts(server)
  const texts = { mimeType: 'text/plain' }
  server.registerResource('static-text', 'test://static-text', texts, async ({ href: uri }) => ({
    contents: [{ uri, ...texts, text: 'This is the content of the static text resource.' }],
  }))
  const images = { mimeType: 'image/png' }
  server.registerResource('static-binary', 'test://static-binary', images, async ({ href: uri }) => ({
    contents: [{ uri, ...images, blob: png }],
  }))
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined })
  const json = { mimeType: 'application/json' }
  server.registerResource('template', template, json, async ({ href: uri }, { id }) => ({
    contents: [{ uri, ...json, text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }) }],
  }))
}

function registerPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'Takes no arguments' }, async () => ({
    messages: [{ role: 'user', content: { type: 'text', text: 'This is a simple prompt for testing.' } }],
  }))
  const suggest = (start: string): string[] => ['paris', 'park', 'party'].filter((word) => word.startsWith(start))
  const argsSchema = z.object({ arg1: completable(z.string(), suggest), arg2: z.string() })
  const described = { description: 'Takes two arguments', argsSchema }
  server.registerPrompt('test_prompt_with_arguments', described, async ({ arg1, arg2 }) => ({
    messages: [
      { role: 'user', content: { type: 'text', text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` } },
    ],
  }))
  const embedding = { description: 'Embeds a resource', argsSchema: z.object({ resourceUri: z.string() }) }
  server.registerPrompt('test_prompt_with_embedded_resource', embedding, async ({ resourceUri: uri }) => ({
    messages: [
      { role: 'user', content: { type: 'resource', resource: { uri, mimeType: 'text/plain', text: 'Embedded.' } } },
      { role: 'user', content: { type: 'text', text: 'Please process the embedded resource above.' } },
    ],
  }))
  server.registerPrompt('test_prompt_with_image', { description: 'Shows an image' }, async () => ({
    messages: [
      { role: 'user', content: { type: 'image', data: png, mimeType: 'image/png' } },
      { role: 'user', content: { type: 'text', text: 'Please analyze the image above.' } },
    ],
  }))
}
