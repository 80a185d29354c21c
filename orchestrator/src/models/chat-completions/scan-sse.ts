/**
 * Server-sent events (WHATWG HTML §9.2.6) from bytes, one scan over each chunk. Chunks may be cut anywhere, inside a
 * character or between CR and LF as well; the events are the same. Comments and fields other than `data` and `event` are skipped.
 */
export interface SseScanner {
  /** The events that `bytes` completed, in order. */
  push(bytes: Uint8Array): SseEvent[]
  /** The event that stood without its blank line when the stream ended; some servers omit it after `[DONE]`. */
  end(): SseEvent[]
}

export interface SseEvent {
  /** The `event` field; empty where there was none. */
  name: string
  data: string
}

/** More than `SseLimits` allow came; the stream cannot be read on. */
export class SseLimitError extends Error {}

export interface SseLimits {
  /** Characters of one line, and of all data lines of one event together. */
  lineLength: number
}

export function createSseScanner(limits: SseLimits): SseScanner {
  const decoder = new TextDecoder()
  let rest = ''
  let afterCarriageReturn = false
  let name = ''
  let data: string | null = null

  function scan(text: string, events: SseEvent[]): void {
    let from = 0
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      const line = rest === '' ? text.slice(from, at) : rest + text.slice(from, at)
      rest = ''
      from = at + 1
      if (line.length > limits.lineLength) throw new SseLimitError('a line is too long')
      readLine(line, events)
    }
    rest += text.slice(from)
    if (rest.length > limits.lineLength) throw new SseLimitError('a line is too long')
  }

  function readLine(line: string, events: SseEvent[]): void {
    if (line === '') return dispatch(events)
    const value = fieldValue(line, 'data')
    if (value !== null) {
      data = data === null ? value : `${data}\n${value}`
      if (data.length > limits.lineLength) throw new SseLimitError('an event is too long')
      return
    }
    name = fieldValue(line, 'event') ?? name
  }

  function dispatch(events: SseEvent[]): void {
    if (data !== null && data !== '') events.push({ name, data })
    name = ''
    data = null
  }

  /** All three line ends become LF; the LF of a CR LF that was cut in two is dropped when it comes. */
  function unifyLineEnds(text: string): string {
    if (text === '') return text
    const own = afterCarriageReturn && text.startsWith('\n') ? text.slice(1) : text
    afterCarriageReturn = text.endsWith('\r')
    return own.includes('\r') ? own.replaceAll(/\r\n?/g, '\n') : own
  }

  return {
    push(bytes) {
      const events: SseEvent[] = []
      scan(unifyLineEnds(decoder.decode(bytes, { stream: true })), events)
      return events
    },
    end() {
      const events: SseEvent[] = []
      scan(unifyLineEnds(decoder.decode()), events)
      if (rest !== '') readLine(rest, events)
      rest = ''
      dispatch(events)
      return events
    },
  }
}

function fieldValue(line: string, field: string): string | null {
  if (!line.startsWith(field)) return null
  if (line.length === field.length) return ''
  if (line[field.length] !== ':') return null
  const from = field.length + 1
  return line.slice(line[from] === ' ' ? from + 1 : from)
}
