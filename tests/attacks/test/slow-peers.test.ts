import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { type Product, startProduct } from '@ai-assistant/system-tests/product/start-product'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

const whole = process.env['ATTACKS'] === 'all'
const stuckReaders = whole ? 150 : 80

/** 13 MB: more than the sockets of one connection hold by themselves. */
const pieces = Array.from({ length: 800 }, (_, index) => `${String(index).padStart(6, '0')}${'x'.repeat(16_000)}`)
const uploads = 40
const uploadMaxBytes = 10 << 20

let model: Awaited<ReturnType<typeof startModelSimulator>>
let product: Product

beforeAll(async () => {
  model = await startModelSimulator({ turn: () => ({ behaviour: 'ttft1-itl1', text: pieces }) })
  const limits = { RATE_LIMIT_OPEN_STREAMS: String(stuckReaders + 1), UPLOAD_MAX_BYTES: String(uploadMaxBytes) }
  product = await startProduct({ tools: 0, model: { url: model.url, name: 'scripted' }, env: limits })
})
afterAll(async () => {
  await product?.stop()
  await model?.close()
})

/** Bytes of memory that a process of ours takes. */
async function memoryOf({ pid }: { pid: number }): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
}

/** The most that each server grew by while `work` went on. */
async function growth(work: () => Promise<void>): Promise<{ orchestrator: number; web: number }> {
  const servers = { orchestrator: product.orchestrator, web: product.web ?? product.orchestrator }
  const before = { orchestrator: await memoryOf(servers.orchestrator), web: await memoryOf(servers.web) }
  const most = { orchestrator: 0, web: 0 }
  const look = async (): Promise<void> => {
    for (const name of ['orchestrator', 'web'] as const)
      most[name] = Math.max(most[name], (await memoryOf(servers[name])) - before[name])
  }
  const looking = setInterval(() => void look(), 100)
  await work().finally(() => clearInterval(looking))
  await look()
  return most
}

/** Asks and reads nothing. */
function askStuck(url: string, head: string): Socket {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).pause()
  socket.on('error', () => undefined)
  socket.write(head)
  return socket
}

test('readers who stop reading in mid-answer are let go, hold no memory, and the others read every word', async () => {
  const client = await product.signIn()
  const { runId } = await client.send({ text: 'Tell me everything' })
  const path = `/api/runs/${runId}/events`
  const stuck: Socket[] = []
  let text = ''
  const grown = await growth(async () => {
    for (let n = 0; n < stuckReaders; n++) {
      const url = n % 2 === 0 ? product.url : product.orchestrator.url
      stuck.push(askStuck(url, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${client.cookie}\r\n\r\n`))
    }
    const answer = await fetch(`${product.url}${path}`, { headers: { cookie: client.cookie } })
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk
  })
  // The answer itself takes some 130 MB; were a page of it held for each of them, it would be two gigabytes.
  expect(text).toContain('data: [DONE]')
  const words = [...text.matchAll(/(\d{6})x{16000}/g)].map(([, number]) => Number(number))
  expect(words).toEqual(pieces.map((_, index) => index))
  expect(grown.orchestrator).toBeLessThan(550 << 20)
  expect(grown.web).toBeLessThan(200 << 20)
  // Each of them stands in the way of another stream of the same person until the server lets it go.
  const free = async (): Promise<number> => {
    const answers = await Promise.all(
      stuck.map(() => fetch(`${product.orchestrator.url}${path}?after=999999`, { headers: { cookie: client.cookie } })),
    )
    for (const answer of answers) await answer.body?.cancel()
    return answers.filter(({ status }) => status === 200).length
  }
  // They are looked at every 15 seconds, too long for every day.
  if (whole) await vi.waitUntil(async () => (await free()) === stuckReaders, { timeout: 120_000, interval: 2000 })
  for (const socket of stuck) socket.destroy()
})

test('large bodies sent at once take bounded memory, and each is taken or told why not', async () => {
  const client = await product.signIn()
  const image = `data:image/png;base64,${'A'.repeat(uploadMaxBytes - 1000)}`
  const body = JSON.stringify({ parts: [{ type: 'file', mediaType: 'image/png', url: image }] })
  const headers = { 'content-type': 'application/json', accept: 'application/json', cookie: client.cookie }
  const statuses: number[] = []
  let healthy = 0
  const grown = await growth(async () => {
    let over = false
    const asking = (async () => {
      while (!over) healthy += (await fetch(`${product.orchestrator.url}/health`)).ok ? 1 : 0
    })()
    const send = async (): Promise<void> => {
      const answer = await fetch(`${product.url}/api/chat`, { method: 'POST', headers, body })
      await answer.text()
      statuses.push(answer.status)
    }
    await Promise.all(Array.from({ length: uploads }, send))
    over = true
    await asking
  })
  // Each is in memory some six times over while it is read and stored; forty of them took more than a gigabyte.
  expect(grown.orchestrator).toBeLessThan(500 << 20)
  expect(statuses.filter((status) => ![202, 409, 429, 503].includes(status))).toEqual([])
  expect(statuses).toContain(429)
  expect(healthy).toBeGreaterThan(0)
})
