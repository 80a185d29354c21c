import { createHash } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartError } from '../runtime-report.mjs'

/** How long the running launcher may take to answer, in milliseconds. */
const patience = 10_000

/** Addresses of sockets may not be longer than this on all systems. */
const longestSocket = 100

/**
 * Asks a launcher that runs on the same data directory for a sign-in link. null where none runs.
 */
export async function askRunning(dataDir: string): Promise<string | null> {
  const address = controlAddress(dataDir)
  if (!address) return null
  const asking = new Promise<string | null>((resolve) => {
    const socket = connect(address)
    let answer = ''
    socket.setEncoding('utf8')
    socket.on('data', (text) => {
      answer += text
    })
    socket.once('error', () => resolve(null))
    socket.once('end', () => resolve(answer.trim() || null))
    socket.write('link\n')
  })
  return Promise.race([asking, sleep(patience, null, { ref: false })])
}

/** Whether a launcher runs on this data directory. */
export function isRunning(dataDir: string): Promise<boolean> {
  const address = controlAddress(dataDir)
  if (!address) return Promise.resolve(false)
  return new Promise((resolve) => {
    const socket = connect(address)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/**
 * Listens for `askRunning`. The socket lies in the data directory, which no other user may enter: whoever can ask may
 * also read the database. Returns the way to stop.
 */
export function listenForAsking(dataDir: string, freshLink: () => Promise<string>): () => void {
  const address = controlAddress(dataDir)
  if (!address) return () => undefined
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () => {
      freshLink().then(
        (link) => socket.end(`${link}\n`),
        () => socket.destroy(),
      )
    })
  })
  if (process.platform !== 'win32') {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    // What a launcher that was killed left behind; that none runs was asked before.
    rmSync(address, { force: true })
  }
  server.on('error', (error) => {
    throw new StartError(`DATA_DIR is ${dataDir}, where no socket can be made (${error.message}).`)
  })
  server.listen(address)
  server.unref()
  return () => server.close()
}

function controlAddress(dataDir: string): string | null {
  if (process.platform === 'win32') {
    return `\\\\.\\pipe\\ai-assistant-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`
  }
  const absolute = path.join(dataDir, 'launcher.sock')
  const relative = path.relative(process.cwd(), absolute)
  const address = relative.length < absolute.length ? relative : absolute
  return Buffer.byteLength(address) <= longestSocket ? address : null
}
