// What one writes in an afternoon: Fastify, the `openai` package, a static token. It stores nothing and limits nothing.
import fastify from 'fastify'
import { OpenAI } from 'openai'

const [port, upstream, token] = process.argv.slice(2)
const openai = new OpenAI({ baseURL: upstream, apiKey: 'key-of-the-bench' })
const app = fastify({ forceCloseConnections: true })

interface ChatBody {
  model: string
  messages: { role: 'user'; content: string }[]
}

app.post<{ Body: ChatBody }>('/v1/chat/completions', async (request, reply) => {
  if (request.headers.authorization !== `Bearer ${token}`) return reply.code(401).send()
  const { model, messages } = request.body
  const gone = new AbortController()
  reply.raw.on('close', () => gone.abort())
  const stream = await openai.chat.completions.create({ model, messages, stream: true }, { signal: gone.signal })
  reply.hijack()
  reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  for await (const chunk of stream) reply.raw.write(`data: ${JSON.stringify(chunk)}\n\n`)
  reply.raw.end('data: [DONE]\n\n')
  return reply
})

// A reader that leaves in mid-answer ends the request behind with an error that concerns nobody.
app.setErrorHandler((error, _request, reply) => {
  if (!reply.raw.headersSent) void reply.code(502).send({ error: String(error) })
})
await app.listen({ host: '127.0.0.1', port: Number(port) })
process.send?.({ type: 'ready', port: Number(port) })
process.once('disconnect', () => process.exit())
