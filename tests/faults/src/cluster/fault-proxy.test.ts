import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'

const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})

/** A server that says everything back, behind a proxy, and what it was told. */
async function start(): Promise<{ proxy: FaultProxy; told: () => string }> {
  let text = ''
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (data) => {
      text += data.toString()
      socket.write(data)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy = await startFaultProxy((server.address() as AddressInfo).port)
  cleanUps.push(
    () => void proxy.close(),
    () => server.close(),
  )
  return { proxy, told: () => text }
}

/** A client, what it heard, and how its connection ended. */
async function dial(proxy: FaultProxy) {
  const socket: Socket = connect(proxy.port, '127.0.0.1')
  cleanUps.push(() => socket.destroy())
  let text = ''
  let end = 'open'
  socket.on('data', (data) => (text += data.toString()))
  socket.on('error', (error: NodeJS.ErrnoException) => (end = error.code ?? 'error'))
  socket.on('end', () => (end = 'ended'))
  await once(socket, 'connect')
  return { socket, heard: () => text, end: () => end }
}

test('a healthy wire carries what is said, both ways', async () => {
  const { proxy } = await start()
  const { socket, heard } = await dial(proxy)
  socket.write('hello')
  await expect.poll(heard).toBe('hello')
})

test('a stalled wire carries it later', async () => {
  const { proxy } = await start()
  const { socket, heard } = await dial(proxy)
  proxy.set({ stalled: true })
  socket.write('hello')
  await sleep(100)
  expect(heard()).toBe('')
  proxy.heal()
  await expect.poll(heard).toBe('hello')
})

test('a cut resets or closes, and a wire that refuses lets nobody in', async () => {
  const { proxy } = await start()
  const [one, two] = [await dial(proxy), await dial(proxy)]
  one.socket.write('a')
  two.socket.write('b')
  await expect.poll(() => one.heard() + two.heard()).toHaveLength(2)
  expect(proxy.cut('reset')).toBe(2)
  await expect.poll(() => [one.end(), two.end()]).toEqual(['ECONNRESET', 'ECONNRESET'])
  proxy.set({ refuses: true })
  // The reset may come before the connection is known to stand.
  const three = await dial(proxy).catch((error: unknown) => ({ end: () => String(error) }))
  await expect.poll(three.end).toContain('ECONNRESET')
})

test.each([
  ['before', 'begin ', ''],
  ['after', 'begin commit', ''],
] as const)('a trap %s a word breaks the connection around it', async (when, told, heard) => {
  const server = await start()
  const client = await dial(server.proxy)
  client.socket.write('begin ')
  await expect.poll(client.heard).toBe('begin ')
  const trap = server.proxy.trap({ word: 'commit', when, times: 1 })
  client.socket.write('commit')
  await expect.poll(client.end).not.toBe('open')
  expect(trap.left()).toBe(0)
  expect(server.told()).toBe(told)
  expect(client.heard()).toBe(`begin ${heard}`)
})

test('a sliced wire carries the same bytes', async () => {
  const { proxy } = await start()
  proxy.set({ sliceBytes: 3, latencyMs: 5, jitterMs: 5 })
  const { socket, heard } = await dial(proxy)
  socket.write('a sentence of some length')
  await expect.poll(heard).toBe('a sentence of some length')
})
