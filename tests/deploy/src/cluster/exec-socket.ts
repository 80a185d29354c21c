import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

const protocol = 'v5.channel.k8s.io'
const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const [output, errors, outcome] = [1, 2, 3]

/** What a program in a pod ended with. */
export interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** Answers `kubectl exec`: a WebSocket with a channel for each stream and one for how it ended. */
export async function serveExec(request: IncomingMessage, socket: Duplex, run: () => Promise<Ended>): Promise<void> {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${guid}`).digest('base64')
  socket.on('error', () => undefined)
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\nsec-websocket-protocol: ${protocol}\r\n\r\n`,
  )
  const send = (channel: number, text: string) => {
    if (text !== '') socket.write(frame(2, Buffer.concat([Buffer.from([channel]), Buffer.from(text)])))
  }
  const { code, stdout, stderr } = await run()
  send(output, stdout)
  send(errors, stderr)
  const causes = [{ reason: 'ExitCode', message: String(code) }]
  const failure = { status: 'Failure', reason: 'NonZeroExitCode', message: `exit code ${code}`, details: { causes } }
  send(outcome, JSON.stringify({ metadata: {}, ...(code === 0 ? { status: 'Success' } : failure) }))
  socket.end(frame(8, Buffer.from([3, 232])))
}

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  head[0] = 0x80 | opcode
  if (head.length === 2) head[1] = length
  else if (head.length === 4) {
    head[1] = 126
    head.writeUInt16BE(length, 2)
  } else {
    head[1] = 127
    head.writeBigUInt64BE(BigInt(length), 2)
  }
  return Buffer.concat([head, payload])
}
