export interface SseEvent {
  /** The `id:` of this very event; null where it had none. */
  id: string | null
  data: string
}

/** An event longer than this is not one of ours; reading on would fill the memory. */
const LONGEST_EVENT = 16 * 1024 * 1024

/**
 * Parses server-sent events (WHATWG HTML §9.2.6) from text in pieces of any size. Returns the whole events each piece
 * completes; comments count as no event. A carriage return that ends a piece may be half of a CRLF: it is kept back.
 */
export function createSseParser(): (text: string) => SseEvent[] {
  let rest = ''
  let id: string | null = null
  let data: string[] = []
  return (text) => {
    const events: SseEvent[] = []
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST_EVENT) throw new Error('A server-sent event is too long')
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) events.push({ id, data: data.join('\n') })
        id = null
        data = []
        continue
      }
      const colon = line.indexOf(':')
      const field = colon < 0 ? line : line.slice(0, colon)
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
      if (field === 'data') data.push(value)
      else if (field === 'id') id = value
    }
    return events
  }
}
