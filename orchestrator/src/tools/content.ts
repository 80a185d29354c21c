import type { CallToolResult } from '../mcp/mcp-types.ts'
import { isWithin } from '../mcp/bounds.ts'
import { visibleLine, visibleText } from './visible-text.ts'

/** Of one result, to the model. */
const maxModelBytes = 256 * 1024
const maxParts = 500
/** Structured results are shown and stored as JSON up to these bounds. */
const maxDepth = 64
const maxValues = 50_000

export interface ToolContent {
  /** For the model: capped, visible characters only, its source named first. */
  content: string
  /** For the page: the structured result where there is one, else the text. JSON. */
  output: unknown
  bytes: number
}

/** Turns a tool's result into what a model may read and a page may show. Takes bounded time and memory. */
export function toolContent(source: { tool: string; server: string }, result: CallToolResult): ToolContent {
  const parts = Array.isArray(result.content) ? result.content : []
  const texts = parts.slice(0, maxParts).map(partText)
  if (parts.length > maxParts) texts.push(`[${parts.length - maxParts} more parts were left out]`)
  const structured = result.structuredContent === undefined ? null : boundedJson(result.structuredContent)
  const text = cut(texts.filter((part) => part !== '').join('\n'))
  const shown = text !== '' || structured === null ? text : cut(structured.text)
  return labelled(source, shown === '' ? '[no content]' : shown, structured === null ? text : structured.value)
}

/** The same for a message of ours about a call that has no result. */
export function failureContent(source: { tool: string; server: string }, message: string): ToolContent {
  const text = visibleLine(message, 1000)
  return labelled(source, text, text)
}

type ContentPart = CallToolResult['content'][number]

function partText(part: ContentPart): string {
  switch (part.type) {
    case 'text':
      return visibleText(part.text.slice(0, maxModelBytes * 2))
    case 'image':
    case 'audio':
      return `[${part.type} ${visibleLine(part.mimeType, 60)}, ${Math.ceil((part.data.length * 3) / 4096)} KiB, not shown]`
    case 'resource':
      return resourceText(part.resource)
    case 'resource_link':
      return `[link: ${visibleLine(part.title ?? part.name, 200)} ${visibleLine(part.uri, 500)}]`
    default:
      return '[a part of unknown type, left out]'
  }
}

function resourceText(resource: Extract<ContentPart, { type: 'resource' }>['resource']): string {
  const uri = visibleLine(resource.uri, 500)
  if (!('text' in resource)) return `[file ${uri}, not shown]`
  return `[file ${uri}]\n${visibleText(resource.text.slice(0, maxModelBytes * 2))}`
}

function cut(text: string): string {
  const bytes = Buffer.from(text)
  if (bytes.byteLength <= maxModelBytes) return text
  const kept = bytes
    .subarray(0, maxModelBytes)
    .toString()
    .replace(/\uFFFD+$/, '')
  return `${kept}\n[cut here: the result has ${Math.ceil(bytes.byteLength / 1024)} KiB, ${maxModelBytes / 1024} KiB are shown]`
}

function labelled(source: { tool: string; server: string }, text: string, output: unknown): ToolContent {
  const label = `[result of ${visibleLine(source.tool, 128)} from ${visibleLine(source.server, 64)}; untrusted text]`
  const content = `${label}\n${text}`
  return { content, output, bytes: Buffer.byteLength(content) }
}

/** The value with its strings made visible, or a note in its place where it is too deep or too large to be kept. */
function boundedJson(value: unknown): { value: unknown; text: string } {
  if (!isWithin(value, { maxDepth, maxValues })) {
    const note = '[a structured result too deep or too large to be shown]'
    return { value: note, text: note }
  }
  const visible = visibleJson(value)
  const text = JSON.stringify(visible, null, 1) ?? ''
  if (Buffer.byteLength(text) <= maxModelBytes) return { value: visible, text }
  return { value: cut(text), text }
}

function visibleJson(value: unknown): unknown {
  if (typeof value === 'string') return visibleText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(visibleJson)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [visibleText(key), visibleJson(item)]))
}
