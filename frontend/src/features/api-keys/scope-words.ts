import type { Scope } from '@ai-assistant/contract'

/** What people read of a scope. */
export const scopeWords: Record<Scope, { label: string; hint: string }> = {
  chat: { label: 'Ask', hint: 'Ask questions and follow the answers: all that OpenAI’s API needs.' },
  read: { label: 'Read conversations', hint: 'Read your conversations, with everything in them.' },
  admin: { label: 'Administer', hint: 'Do what administrators do. For automation you trust with the whole system.' },
}
