import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Round robin over the replicas that are ready, request by request and without affinity. */
export interface Balancer {
  readonly url: string
  /** Breaks every connection of every client. Returns how many there were. */
  cutClients(): number
  /** Whether it sends each posted request to two servers at once, as one that retries too eagerly does in the end. */
  sendTwice(on: boolean): void
  /** How many requests it has sent twice. */
  sentTwice(): number
  /** How many replicas it believes to be ready. */
  ready(): number
  close(): Promise<void>
}

interface Replica {
  port: number
  ready: boolean
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  body: Buffer
  tried: Set<Replica>
}

const checkEveryMs = 200
const checkTimeoutMs = 600

/**
 * Asks `/ready` of each replica, as an orchestrator of containers does. A request goes to another replica only where the
 * first cannot have worked on it: nobody listens, it said that it stops, or the request is a mere reading.
 */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const replicas = ports.map((port): Replica => ({ port, ready: true }))
  const agent = new Agent({ keepAlive: true, maxSockets: 1000 })
  const sockets = new Set<Socket>()
  const stopping = new AbortController()
  let turn = 0
  const doubling = { on: false, count: 0 }
  const choose = (tried: ReadonlySet<Replica>): Replica | undefined => {
    turn += 1
    const order = replicas.map((_, at) => replicas[(turn + at) % replicas.length]!).filter((each) => !tried.has(each))
    return order.find((replica) => replica.ready) ?? order[0]
  }
  const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (incoming, response) => {
    readBody(incoming).then(
      (body) => {
        const wantsStream = incoming.headers.accept?.includes('text/event-stream') === true
        if (doubling.on && incoming.method === 'POST' && !wantsStream) {
          doubling.count += 1
          sendUnheard(incoming, body, choose(new Set()), agent)
        }
        forward({ request: incoming, response, body, tried: new Set() }, choose, agent)
      },
      () => response.destroy(),
    )
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 1024, resolve))
  for (const replica of replicas) void watch(replica, stopping.signal)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutClients: () => {
      const open = [...sockets]
      for (const socket of open) socket.resetAndDestroy()
      return open.length
    },
    sendTwice: (on) => {
      doubling.on = on
    },
    sentTwice: () => doubling.count,
    ready: () => replicas.filter((replica) => replica.ready).length,
    close: async () => {
      stopping.abort()
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of incoming) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function forward(exchange: Exchange, choose: (tried: ReadonlySet<Replica>) => Replica | undefined, agent: Agent): void {
  const { request: incoming, response, body, tried } = exchange
  const replica = choose(tried)
  if (replica === undefined) return refuse(response, 503)
  tried.add(replica)
  const again = (): void => forward(exchange, choose, agent)
  const outgoing = request({
    port: replica.port,
    host: '127.0.0.1',
    method: incoming.method,
    path: incoming.url,
    headers: { ...incoming.headers, 'content-length': body.length },
    agent,
  })
  response.once('close', () => outgoing.destroy())
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    if (response.headersSent || response.destroyed) return void response.destroy()
    const nobody = error.code === 'ECONNREFUSED'
    if (nobody) replica.ready = false
    // A connection kept alive that the server closed just now carried nothing.
    if (nobody || incoming.method === 'GET') again()
    else refuse(response, 502)
  })
  outgoing.on('response', (answer) => {
    if (answer.statusCode === 503) void passUnlessDraining(exchange, answer, replica, again)
    else pass(response, answer, replica)
  })
  outgoing.end(body)
}

/** Nobody waits for its answer. */
function sendUnheard(incoming: IncomingMessage, body: Buffer, replica: Replica | undefined, agent: Agent): void {
  if (replica === undefined) return
  const outgoing = request({
    port: replica.port,
    host: '127.0.0.1',
    method: incoming.method,
    path: incoming.url,
    headers: { ...incoming.headers, 'content-length': body.length },
    agent,
  })
  outgoing.on('error', () => {})
  outgoing.on('response', (answer) => answer.on('error', () => {}).resume())
  outgoing.end(body)
}

/** A server that stops has taken nothing on: the next one is asked. */
async function passUnlessDraining(
  { response, tried }: Exchange,
  answer: IncomingMessage,
  replica: Replica,
  again: () => void,
): Promise<void> {
  try {
    const text = (await readBody(answer)).toString()
    if (text.includes('"code":"draining"') && tried.size < 3) {
      replica.ready = false
      return again()
    }
    response.writeHead(503, { ...answer.headers, 'x-lab-replica': String(replica.port) }).end(text)
  } catch {
    response.destroy()
  }
}

function pass(response: ServerResponse, answer: IncomingMessage, replica: Replica): void {
  response.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'x-lab-replica': String(replica.port) })
  response.flushHeaders()
  answer.pipe(response)
  answer.on('error', () => response.destroy())
  // An answer that was cut off must not look like one that ended.
  answer.on('close', () => {
    if (!answer.complete) response.destroy()
  })
}

function refuse(response: ServerResponse, status: number): void {
  response
    .writeHead(status, { 'content-type': 'text/plain', 'x-lab-replica': 'none' })
    .end('the balancer has no server')
}

async function watch(replica: Replica, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await fetch(`http://127.0.0.1:${replica.port}/ready`, {
      signal: AbortSignal.timeout(checkTimeoutMs),
    }).catch(() => null)
    await answer?.body?.cancel().catch(() => {})
    replica.ready = answer?.ok === true
    await sleep(checkEveryMs)
  }
}
