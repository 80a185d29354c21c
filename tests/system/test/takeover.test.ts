import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { afterAll, afterEach, expect, inject, test } from 'vitest'
import { faultsOfNumbering } from '../src/product/numbered-tokens.ts'
import { readAnswer, textOf } from '../src/product/read-answer.ts'
import { type Product, startProduct } from '../src/product/start-product.ts'

const tokens = 300
const simulator = await startModelSimulator()
let product: Product | null = null

afterEach(async () => {
  await product?.stop()
  product = null
})
afterAll(() => simulator.close())

/** Resolves when a reader has seen this many tokens. */
function watchFor(token: string) {
  const { promise, resolve } = Promise.withResolvers<void>()
  return {
    seen: promise,
    onEvent: ({ part }: { part: { type: string; delta?: string } }) => {
      if (part.type === 'text-delta' && part.delta?.includes(token)) resolve()
    },
  }
}

test('two readers see no gap and no repeat when the orchestrator is killed in mid-answer and comes back', async () => {
  product = await startProduct({ model: { url: simulator.url, name: `sim-itl10-len${tokens}-seed1` }, web: false })
  const client = await product.signIn()
  const run = await client.send({ text: 'Count, whatever happens' })
  const watch = watchFor('t0080')
  const readers = [readAnswer(client, run.runId, watch), readAnswer(client, run.runId)]
  await watch.seen
  await product.orchestrator.kill()
  await product.orchestrator.start()
  const [one, two] = await Promise.all(readers)
  expect(faultsOfNumbering(one?.text ?? '', tokens)).toEqual([])
  expect(two?.text).toBe(one?.text)
  expect(one?.finish.state).toBe('complete')
  expect(one?.parts.some((part) => part.type === 'data-takeover')).toBe(true)
  expect(one?.reconnects).toBeGreaterThan(0)
  const { items } = await client.messages(run.conversationId)
  expect(items[1]).toMatchObject({ state: 'complete', parts: one?.parts })
  const calls = simulator.ledger.requestsTo(`sim-itl10-len${tokens}-seed1`)
  expect(calls.map((call) => call.prefix === null)).toEqual([true, false])
})

// The embedded database belongs to one process.
test.skipIf(inject('postgresUrl') === null)(
  'another replica goes on with the answer of one that is killed',
  async () => {
    const redisUrl = inject('redisUrl')
    const model = { url: simulator.url, name: `sim-itl10-len${tokens}-seed2` }
    product = await startProduct({ model, web: false, replicas: 2, redisUrl })
    const [first, second] = product.replicas
    const owner = await product.signIn()
    const client = owner.at(second!.url)
    const run = await owner.send({ text: 'Count across two' })
    const watch = watchFor('t0080')
    const readers = [readAnswer(client, run.runId, watch), readAnswer(client, run.runId)]
    await watch.seen
    await first!.kill()
    const [one, two] = await Promise.all(readers)
    expect(faultsOfNumbering(one?.text ?? '', tokens)).toEqual([])
    expect(two?.text).toBe(one?.text)
    expect(one?.reconnects).toBe(0)
    const { items } = await client.messages(run.conversationId)
    expect(textOf(items[1]?.parts ?? [])).toBe(one?.text)
  },
)

// SIGTERM lets answers end first; SIGINT does not wait for them.
test.skipIf(inject('postgresUrl') === null).each(['SIGTERM', 'SIGINT'] as const)(
  'a replica that is stopped by %s loses nothing of its answers',
  async (signal) => {
    const model = { url: simulator.url, name: `sim-itl10-len${tokens}-seed3` }
    product = await startProduct({ model, web: false, replicas: 2, redisUrl: inject('redisUrl') })
    const [first, second] = product.replicas
    const owner = await product.signIn()
    const run = await owner.send({ text: 'Count through a release' })
    const watch = watchFor('t0080')
    const reader = readAnswer(owner.at(second!.url), run.runId, watch)
    await watch.seen
    expect(await first!.stop(signal)).toBe(0)
    const answer = await reader
    expect(faultsOfNumbering(answer.text, tokens)).toEqual([])
    expect(answer.finish.state).toBe('complete')
    expect(answer.parts.some((part) => part.type === 'data-takeover')).toBe(signal === 'SIGINT')
  },
)

// A paused process wakes up and writes on, not knowing that its lease has passed to another.
test.skipIf(inject('postgresUrl') === null)('a replica that slept through its lease writes nothing more', async () => {
  const model = { url: simulator.url, name: `sim-itl10-len${tokens}-seed4` }
  product = await startProduct({ model, web: false, replicas: 2 })
  const [first, second] = product.replicas
  const owner = await product.signIn()
  const client = owner.at(second!.url)
  const run = await owner.send({ text: 'Count while I sleep' })
  const watch = watchFor('t0080')
  const reader = readAnswer(client, run.runId, watch)
  await watch.seen
  first!.pause()
  const answer = await reader
  first!.resume()
  expect(faultsOfNumbering(answer.text, tokens)).toEqual([])
  // It is awake, serves again, and the text is what it was.
  await expect.poll(async () => (await owner.run(run.runId)).state, { timeout: 20_000 }).toBe('complete')
  const { items } = await owner.messages(run.conversationId)
  expect(textOf(items[1]?.parts ?? [])).toBe(answer.text)
})
