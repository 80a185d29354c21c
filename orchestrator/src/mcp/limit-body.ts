/** The server sent more than may be read into memory. */
export class ResponseTooLargeError extends Error {
  override readonly name = 'ResponseTooLargeError'
  readonly limitBytes: number

  constructor(limitBytes: number) {
    super(`The server's response is larger than ${Math.round(limitBytes / 1024)} KiB`)
    this.limitBytes = limitBytes
  }
}

export interface BodyLimit {
  bytes: number
  /** `event`: the limit holds for each server-sent event, as on a stream that stays open. */
  scope: 'response' | 'event'
  onTooLarge: (error: ResponseTooLargeError) => void
}

/** Passes the response on and cuts it off at the limit: what is read of it errors, and its connection is closed. */
export function limitBody(response: Response, limit: BodyLimit): Response {
  if (response.body === null) return response
  const count = limit.scope === 'event' ? countOfEvent() : countOfResponse()
  const limiter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if (count(chunk) > limit.bytes) {
        const error = new ResponseTooLargeError(limit.bytes)
        limit.onTooLarge(error)
        throw error
      }
      controller.enqueue(chunk)
    },
  })
  const { status, statusText, headers } = response
  return new Response(response.body.pipeThrough(limiter), { status, statusText, headers })
}

function countOfResponse(): (chunk: Uint8Array) => number {
  let bytes = 0
  return (chunk) => (bytes += chunk.byteLength)
}

/** Counts from the last blank line: an event's end. Bytes of a line break at a chunk's edge may count for either side. */
function countOfEvent(): (chunk: Uint8Array) => number {
  let bytes = 0
  return (chunk) => {
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const end = Math.max(text.lastIndexOf('\n\n'), text.lastIndexOf('\r\n\r\n'))
    bytes = end < 0 ? bytes + chunk.byteLength : chunk.byteLength - end
    return bytes
  }
}
