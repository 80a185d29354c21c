import { type IncomingHttpHeaders, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

export interface RawAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** Sends a request as it stands: `fetch` keeps some headers, and mends some paths, for itself. */
export function rawRequest(
  url: string,
  line: { method?: string; path?: string; headers?: Record<string, string>; body?: string; readBody?: boolean },
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const { method = 'GET', path = '/' } = line
    const length = line.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(line.body)) }
    const headers = { ...length, ...line.headers }
    const outgoing = httpRequest(
      { hostname, port, method, path, headers, agent: false, timeout: 10_000 },
      (response) => {
        const answer = { status: response.statusCode ?? 0, headers: response.headers }
        if (line.readBody === false) {
          response.destroy()
          resolve({ ...answer, body: '' })
        } else text(response).then((body) => resolve({ ...answer, body }), reject)
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer`)))
    outgoing.on('error', reject)
    outgoing.end(line.body)
  })
}

/** Writes bytes to a server and reads until it closes the connection, or for `quietMs` after its last word. */
export function rawExchange(url: string, bytes: string, quietMs = 1000): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'))
    socket.setEncoding('latin1').setTimeout(quietMs, () => socket.destroy())
    socket.on('data', (chunk: string) => (answer += chunk))
    // A server that has said all may reset what is still being sent to it.
    socket.on('error', (error) => answer === '' && reject(error)).on('close', () => resolve(answer))
  })
}
