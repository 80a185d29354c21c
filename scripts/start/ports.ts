import { connect, createServer } from 'node:net'
import { StartError } from '../runtime-report.mjs'

export interface PortWish {
  /** For people: "The orchestrator". */
  who: string
  /** The variable that configures it; null where there is none to set. */
  variable: string | null
  port: number
  configured: boolean
}

/** How far from its default a port may move. */
const reach = 100

/**
 * Finds each a port of its own. A configured port is taken as it is or not at all; a default one moves on to the next
 * that is free, and `say` is told.
 *
 * @throws {StartError} where a configured port is taken
 */
export async function choosePorts<Name extends string>(
  wishes: Record<Name, PortWish>,
  host: string,
  say: (line: string) => void,
): Promise<Record<Name, number>> {
  const chosen: Partial<Record<Name, number>> = {}
  const given = new Set<number>()
  const give = (name: Name, port: number) => {
    chosen[name] = port
    given.add(port)
  }
  const moving: [Name, PortWish][] = []
  for (const [name, wish] of entriesOf(wishes)) {
    const port = await wishedPort(wish, host)
    if (port !== null && !given.has(port)) give(name, port)
    else moving.push([name, wish])
  }
  // Only now, so that what moves does not take the port another would have had.
  for (const [name, wish] of moving) {
    give(name, await nextPort(wish, host, given))
    say(`Port ${wish.port} is taken: ${wish.who} uses ${chosen[name]} instead.`)
  }
  return complete(chosen, wishes)
}

/** null where it is taken. */
async function wishedPort({ port }: PortWish, host: string): Promise<number | null> {
  if (port === 0) return freePort(host)
  return (await canUse(port, host)) ? port : null
}

async function nextPort(wish: PortWish, host: string, given: ReadonlySet<number>): Promise<number> {
  if (wish.configured) {
    const other = wish.variable ? `, or set ${wish.variable} to another` : ''
    throw new StartError(`Port ${wish.port} is taken. Stop what uses it${other}.`)
  }
  for (let port = wish.port + 1; port < wish.port + reach; port++) {
    if (!given.has(port) && (await canUse(port, host))) return port
  }
  throw new StartError(`The ports from ${wish.port} to ${wish.port + reach - 1} are all taken. Set ${wish.variable}.`)
}

/** Listening alone does not tell: another program may hold the same port on the other address of `localhost`. */
async function canUse(port: number, host: string): Promise<boolean> {
  if (await answers(port, '127.0.0.1')) return false
  if (await answers(port, '::1')) return false
  return (await tryListen(port, host)) !== null
}

async function freePort(host: string): Promise<number> {
  const port = await tryListen(0, host)
  if (port === null)
    throw new StartError(`HOST is ${host}, and nothing can listen there. Write an address of this machine.`)
  return port
}

function answers(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 500 })
    const end = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.once('connect', () => end(true))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
  })
}

/** The port that was listened at for a moment; null where it cannot be. */
function tryListen(port: number, host: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null)
      else if (error.code === 'EACCES')
        reject(new StartError(`Port ${port} is not allowed to this user. Take one above 1023.`))
      else
        reject(
          new StartError(
            `HOST is ${host}, and nothing can listen there (${error.code}). Write an address of this machine.`,
          ),
        )
    })
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? null) : null))
    })
  })
}

function entriesOf<Name extends string, Value>(record: Record<Name, Value>): [Name, Value][] {
  return Object.entries<Value>(record).filter((entry): entry is [Name, Value] => entry[0] in record)
}

function complete<Name extends string>(
  chosen: Partial<Record<Name, number>>,
  wishes: Record<Name, PortWish>,
): Record<Name, number> {
  if (!hasAll(chosen, wishes)) throw new TypeError('A port was not chosen')
  return chosen
}

function hasAll<Name extends string>(
  chosen: Partial<Record<Name, number>>,
  wishes: Record<Name, PortWish>,
): chosen is Record<Name, number> {
  return Object.keys(wishes).every((name) => name in chosen)
}
