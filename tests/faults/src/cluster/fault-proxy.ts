import { createServer, type AddressInfo, type Socket, connect } from 'node:net'

/** What is wrong with a wire now. Nothing is, by default. */
export interface Toxics {
  /** Each piece arrives so much later, in milliseconds, with up to `jitterMs` more for a connection. */
  latencyMs: number
  jitterMs: number
  /** Nothing moves in either direction; it all arrives later. */
  stalled: boolean
  /** Pieces of so many bytes at the most, each a packet of its own; 0 for as they come. */
  sliceBytes: number
  /** New connections are reset. */
  refuses: boolean
}

/** Breaks a connection at a certain word: before it reaches the server, or after, with the server's answer lost. */
export interface Trap {
  word: string
  when: 'before' | 'after'
  times: number
}

/** A wire between a client and a server, of which we hold the scissors. */
export interface FaultProxy {
  readonly port: number
  readonly open: number
  /** Changes what is wrong, from now on and for the connections that are there. */
  set(toxics: Partial<Toxics>): void
  /** Nothing is wrong any more. */
  heal(): void
  /** Leads new connections elsewhere, as a name would that is given to another server. */
  leadTo(targetPort: number): void
  /** Ends every connection: `reset` as a crash would (RST), `close` in order (FIN). Returns how many there were. */
  cut(how: 'reset' | 'close'): number
  /** Sets a trap; returns how often it can still close. */
  trap(trap: Trap): { left(): number }
  close(): Promise<void>
}

const healthy: Toxics = { latencyMs: 0, jitterMs: 0, stalled: false, sliceBytes: 0, refuses: false }

/** More than this on its way in one direction holds the sender back. */
const mostQueued = 4 * 1024 * 1024

/** Starts a proxy on loopback before `targetPort`. */
export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  const state: State = { toxics: { ...healthy }, trap: null, wires: new Set() }
  let target = targetPort
  const server = createServer({ noDelay: true }, (client) => {
    if (state.toxics.refuses) return void client.resetAndDestroy()
    state.wires.add(openWire(state, client, connect({ port: target, host: '127.0.0.1', noDelay: true })))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', 1024, resolve)
  })
  const flow = (): void => {
    for (const wire of state.wires) wire.flow()
  }
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return state.wires.size
    },
    set: (toxics) => {
      state.toxics = { ...state.toxics, ...toxics }
      flow()
    },
    heal: () => {
      state.toxics = { ...healthy }
      state.trap = null
      flow()
    },
    leadTo: (port) => {
      target = port
    },
    cut: (how) => {
      const wires = [...state.wires]
      for (const wire of wires) wire.cut(how)
      return wires.length
    },
    trap: (trap) => {
      const set = { ...trap }
      state.trap = set
      return { left: () => set.times }
    },
    close: async () => {
      for (const wire of state.wires) wire.cut('reset')
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface State {
  toxics: Toxics
  trap: Trap | null
  wires: Set<Wire>
}

interface Wire {
  flow(): void
  cut(how: 'reset' | 'close'): void
}

function openWire(state: State, client: Socket, server: Socket): Wire {
  const jitter = Math.random()
  let answerIsLost = false
  const wire: Wire = {
    flow: () => {
      up.flow()
      down.flow()
    },
    cut: (how) => {
      state.wires.delete(wire)
      up.drop()
      down.drop()
      for (const socket of [client, server]) {
        if (how === 'reset') socket.resetAndDestroy()
        else socket.destroy()
      }
    },
  }
  const up = openPipe(state, client, server, jitter, (piece) => {
    const { trap } = state
    if (trap === null || trap.times === 0 || !piece.includes(trap.word)) return true
    trap.times -= 1
    if (trap.when === 'after') answerIsLost = true
    else wire.cut('reset')
    return trap.when === 'after'
  })
  const down = openPipe(state, server, client, jitter, () => {
    if (answerIsLost) wire.cut('reset')
    return !answerIsLost
  })
  for (const socket of [client, server]) {
    socket.on('error', () => wire.cut('reset'))
    socket.on('close', () => state.wires.delete(wire))
  }
  return wire
}

/** One direction. `pass` sees each piece before it goes on, and keeps it by returning false. */
function openPipe(state: State, from: Socket, to: Socket, jitter: number, pass: (piece: Buffer) => boolean) {
  let queue: { piece: Buffer | null; due: number }[] = []
  let queued = 0
  let timer: NodeJS.Timeout | undefined
  const flow = (): void => {
    clearTimeout(timer)
    timer = undefined
    while (!state.toxics.stalled) {
      const first = queue[0]
      if (first === undefined) return
      const wait = first.due - performance.now()
      if (wait > 0) {
        timer = setTimeout(flow, wait)
        return
      }
      queue.shift()
      queued -= first.piece?.length ?? 0
      if (queued < mostQueued) from.resume()
      if (first.piece === null) to.end()
      else send(to, first.piece, state.toxics.sliceBytes)
    }
  }
  const add = (piece: Buffer | null): void => {
    const { latencyMs, jitterMs } = state.toxics
    queue.push({ piece, due: performance.now() + latencyMs + jitter * jitterMs })
    queued += piece?.length ?? 0
    if (queued >= mostQueued) from.pause()
    flow()
  }
  from.on('data', (piece: Buffer) => {
    if (pass(piece)) add(piece)
  })
  from.on('end', () => add(null))
  return {
    flow,
    drop: () => {
      clearTimeout(timer)
      queue = []
    },
  }
}

function send(to: Socket, piece: Buffer, sliceBytes: number): void {
  if (!to.writable) return
  if (sliceBytes === 0) return void to.write(piece)
  for (let at = 0; at < piece.length; at += sliceBytes) to.write(piece.subarray(at, at + sliceBytes))
}
