import { Agent, type IncomingMessage, request } from 'node:http'

export interface Answer {
  /** 0 where the connection broke, or nothing came in time. */
  status: number
  headers: IncomingMessage['headers']
  body: string
}

export interface Ask {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  body?: unknown
  headers?: Record<string, string>
  timeoutMs: number
}

/** A browser of the lab: its requests to one address, with one person's cookie. */
export interface HttpClient {
  /** Never rejects. */
  ask(ask: Ask): Promise<Answer>
  /**
   * Reads a stream of events until it ends, breaks, is silent for `silenceMs`, or `onFrame` returns false. Never rejects.
   */
  read(path: string, options: ReadOptions): Promise<ReadEnd>
  /** Waits for what was asked: a call that we broke off ourselves would look like one that failed. */
  close(): Promise<void>
}

export interface ReadOptions {
  /** Sent with the request, which is a POST then. */
  post?: { body: unknown; headers: Record<string, string> }
  silenceMs: number
  onFrame: (frame: Frame) => boolean
}

/** One server-sent event: its id and data; `[DONE]` among them, comments not. */
export interface Frame {
  id: number | null
  data: string
}

/** How a reading ended: in order, against it, by our own choice, or never begun (with the answer that came instead). */
export type ReadEnd = { end: 'done' | 'broken' | 'silent' | 'left' } | { end: 'refused'; answer: Answer }

export function createHttpClient(base: string, cookie: string): HttpClient {
  const { port } = new URL(base)
  const agent = new Agent({ keepAlive: true, maxSockets: 1000 })
  const open = (method: string, path: string, headers: Record<string, string>) =>
    request({ host: '127.0.0.1', port, method, path, agent, headers: { cookie, ...headers } })
  const underWay = new Set<Promise<Answer>>()
  return {
    ask: ({ method, path, body, headers = {}, timeoutMs }) => {
      const asked = new Promise<Answer>((resolve) => {
        const text = body === undefined ? '' : JSON.stringify(body)
        const outgoing = open(method, path, {
          accept: 'application/json',
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
          ...headers,
        })
        const silent = (): void => resolve({ status: 0, headers: {}, body: '' })
        const timer = setTimeout(() => {
          silent()
          outgoing.destroy()
        }, timeoutMs)
        outgoing.on('error', silent)
        outgoing.on('close', () => clearTimeout(timer))
        outgoing.on('response', (incoming) => {
          readText(incoming).then(
            (read) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: read }),
            silent,
          )
        })
        outgoing.end(text)
      })
      underWay.add(asked)
      void asked.then(() => underWay.delete(asked))
      return asked
    },
    read: (path, options) => {
      const accept = { accept: 'text/event-stream' }
      const { post } = options
      if (post === undefined) return readStream(open('GET', path, accept), '', options)
      const text = JSON.stringify(post.body)
      const length = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }
      return readStream(open('POST', path, { ...accept, ...length, ...post.headers }), text, options)
    },
    close: async () => {
      await Promise.all(underWay)
      agent.destroy()
    },
  }
}

async function readText(incoming: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of incoming.setEncoding('utf8')) text += piece
  if (!incoming.complete) throw new Error('cut off')
  return text
}

function readStream(
  outgoing: ReturnType<typeof request>,
  body: string,
  { silenceMs, onFrame }: ReadOptions,
): Promise<ReadEnd> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined
    const leave = (end: ReadEnd): void => {
      clearTimeout(timer)
      resolve(end)
      outgoing.destroy()
    }
    const wait = (): void => {
      clearTimeout(timer)
      timer = setTimeout(() => leave({ end: 'silent' }), silenceMs)
    }
    wait()
    outgoing.on('error', () => leave({ end: 'broken' }))
    outgoing.on('response', (incoming) => {
      incoming.on('error', () => leave({ end: 'broken' }))
      if (incoming.statusCode !== 200) {
        readText(incoming).then(
          (body) =>
            leave({
              end: 'refused',
              answer: { status: incoming.statusCode ?? 0, headers: incoming.headers, body },
            }),
          () => leave({ end: 'broken' }),
        )
        return
      }
      let rest = ''
      incoming.setEncoding('utf8').on('data', (text: string) => {
        wait()
        const blocks = (rest + text).split('\n\n')
        rest = blocks.pop() ?? ''
        for (const block of blocks) {
          const frame = readFrame(block)
          if (frame !== null && !onFrame(frame)) return leave({ end: 'left' })
        }
      })
      incoming.on('close', () => leave({ end: incoming.complete ? 'done' : 'broken' }))
    })
    outgoing.end(body)
  })
}

function readFrame(block: string): Frame | null {
  let id: number | null = null
  let data: string | null = null
  for (const line of block.split('\n')) {
    if (line.startsWith('id: ')) id = Number(line.slice(4))
    else if (line.startsWith('data: ')) data = line.slice(6)
  }
  return data === null ? null : { id, data }
}
