import type { Account, MessagePart } from '@ai-assistant/contract'
import type { ExportedConversation, ExportedMessage } from '../conversations/export-conversations.ts'

/** Everything of a person, read as it is written out. */
export interface ExportSources {
  account: Account
  conversations: AsyncIterable<ExportedConversation & { headMessageId: string | null }>
  messages: (conversation: { id: string; headMessageId: string | null }) => AsyncIterable<ExportedMessage>
  usage: AsyncIterable<unknown>
}

/** One JSON object with all there is, every branch of every conversation included. */
export async function* exportAsJson({
  account,
  conversations,
  messages,
  usage,
}: ExportSources): AsyncGenerator<string> {
  const { person, ...more } = account
  yield `{\n"exportedAt": ${JSON.stringify(new Date())},\n"account": ${JSON.stringify({ ...person, ...more })},\n`
  yield '"conversations": ['
  let first = true
  for await (const conversation of conversations) {
    yield `${first ? '' : ','}\n{${JSON.stringify(conversation).slice(1, -1)}, "messages": `
    yield* jsonArray(messages(conversation))
    yield '}'
    first = false
  }
  yield '\n],\n"usage": '
  yield* jsonArray(usage)
  yield '\n}\n'
}

async function* jsonArray(items: AsyncIterable<unknown>): AsyncGenerator<string> {
  let separator = '[\n'
  for await (const item of items) {
    yield `${separator}${JSON.stringify(item)}`
    separator = ',\n'
  }
  yield separator === '[\n' ? '[]' : '\n]'
}

/** One Markdown document to read: of each conversation, the branch that it shows. */
export async function* exportAsMarkdown({ account, conversations, messages }: ExportSources): AsyncGenerator<string> {
  yield `# Conversations of ${account.person.name}\n\nExported ${new Date().toISOString()}\n`
  for await (const conversation of conversations) {
    yield `\n---\n\n## ${oneLine(conversation.title) || 'Untitled'}\n\n${conversation.createdAt}\n`
    if (conversation.systemPrompt !== '') yield `\n> ${conversation.systemPrompt.replaceAll('\n', '\n> ')}\n`
    for await (const message of messages(conversation)) {
      if (!message.shown) continue
      const author = message.role === 'user' ? account.person.name : (message.model ?? 'Assistant')
      yield `\n### ${oneLine(author)}, ${message.createdAt}\n\n${message.parts.map(partAsMarkdown).filter(Boolean).join('\n\n')}\n`
    }
  }
}

function partAsMarkdown(part: MessagePart): string {
  switch (part.type) {
    case 'text':
      return part.text
    case 'file':
      return `*File: ${oneLine(part.filename ?? part.mediaType)}*`
    case 'dynamic-tool':
      return `*Tool: ${oneLine(part.title ?? part.toolName)}*\n\n\`\`\`\`json\n${JSON.stringify({ input: part.input, output: part.output ?? part.errorText }, null, 2)}\n\`\`\`\``
    default:
      return ''
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
