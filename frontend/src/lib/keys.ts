/** The names of server data in the query cache, in one place because features share some of it. */
export const keys = {
  session: ['session'] as const,
  conversations: ['conversations'] as const,
  conversationList: (search: string) => ['conversations', 'list', search] as const,
  conversation: (id: string) => ['conversations', 'one', id] as const,
  messages: (conversationId: string) => ['messages', conversationId] as const,
  model: ['model'] as const,
  tools: ['tools'] as const,
  system: ['system'] as const,
  backups: ['backups'] as const,
  usage: (from: string, to: string) => ['usage', from, to] as const,
  cost: (messageId: string) => ['cost', messageId] as const,
  audit: (filter: string) => ['audit', filter] as const,
  apiKeys: ['api-keys'] as const,
}
