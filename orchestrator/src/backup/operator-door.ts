import { readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { writeWhole } from '../lib/write-whole.ts'
import { newToken, sameSecret } from '../secrets/open-secrets.ts'
import type { DirectoryInUse } from '../storage/embedded/directory-lock.ts'
import { BackupError } from './backup-error.ts'

/** Says where the door is and what opens it. It lies beside the database, readable by whoever may read that as well. */
const SIGN = 'door.json'
const MAX_BODY_BYTES = 64 << 10

export type DoorHandlers = Record<string, (body: unknown) => Promise<object>>

export interface OperatorDoor {
  close(): Promise<void>
}

/**
 * A way for the operator's own scripts to the process that has the embedded database open, because no other can open it too.
 *
 * Trust boundary: loopback alone, and only with the token of the sign, which is the owner's to read; a page in a browser can
 * neither read it nor send the header.
 */
export async function openOperatorDoor(directory: string, handlers: DoorHandlers): Promise<OperatorDoor> {
  const token = newToken()
  const server = createServer((request, response) => {
    answer(request, token, handlers).then(
      ({ status, body }) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(JSON.stringify({ error: String(error) })),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  // It keeps no process alive.
  server.unref()
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const sign = join(directory, SIGN)
  writeWhole(sign, JSON.stringify({ port, token }))
  return {
    close: async () => {
      rmSync(sign, { force: true })
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      })
    },
  }
}

async function answer(request: IncomingMessage, token: string, handlers: DoorHandlers) {
  const given = request.headers.authorization ?? ''
  if (!sameSecret(given, `Bearer ${token}`)) return { status: 401, body: {} }
  const handler = Object.hasOwn(handlers, request.url ?? '') ? handlers[request.url ?? ''] : undefined
  if (request.method !== 'POST' || handler === undefined) return { status: 404, body: {} }
  if (Number(request.headers['content-length'] ?? Infinity) > MAX_BODY_BYTES) return { status: 413, body: {} }
  return { status: 200, body: await handler(await json(request)) }
}

/**
 * Asks the process behind the door of this directory.
 *
 * @throws {DirectoryInUse} as given, where whoever has the directory offers none
 */
export async function askDoor(
  directory: string,
  path: string,
  body: object,
  inUse: DirectoryInUse,
): Promise<Record<string, unknown>> {
  let sign: { port: number; token: string }
  try {
    sign = JSON.parse(readFileSync(join(directory, SIGN), 'utf8'))
  } catch {
    throw inUse
  }
  const { port, token } = sign
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((error: unknown) => {
    throw new BackupError(`${inUse.message}; it does not answer`, { cause: error })
  })
  const answered: unknown = await response.json().catch(() => null)
  if (response.ok && typeof answered === 'object' && answered !== null) return { ...answered }
  throw new BackupError(`The running server answered ${response.status} ${JSON.stringify(answered)}`)
}
