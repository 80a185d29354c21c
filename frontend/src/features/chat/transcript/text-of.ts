import { type MessagePart, seenText } from '@ai-assistant/contract'

/** The words of a message: what copying it gives. */
export function textOf(parts: readonly MessagePart[]): string {
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  return seenText(texts.join('\n\n')).trim()
}
