// The least that a server of Node's can do: the answer's bytes, from undici's client to the reader. What it costs, every
// such server costs.
import { createServer } from 'node:http'
import { Agent } from 'undici'

const [port, upstream] = process.argv.slice(2)
const { origin } = new URL(upstream ?? '')
const agent = new Agent({ connections: null, headersTimeout: 0, bodyTimeout: 0 })

const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const headers = { 'content-type': 'application/json', 'content-length': request.headers['content-length'] ?? '0' }
  const call = {
    origin,
    path: request.url ?? '/',
    method: 'POST',
    headers,
    body: request,
    signal: gone.signal,
  } as const
  agent
    .stream(call, ({ statusCode }) => response.writeHead(statusCode, { 'content-type': 'text/event-stream' }))
    // A reader that leaves in mid-answer ends the request behind it.
    .catch(() => response.destroy())
})
server.listen(Number(port), '127.0.0.1', () => process.send?.({ type: 'ready', port: Number(port) }))
process.once('disconnect', () => process.exit())
