import type { MessagePart } from '@ai-assistant/contract'

/** The words of a message: what copying it gives. */
export function textOf(parts: readonly MessagePart[]): string {
  return parts
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join('\n\n')
    .trim()
}
