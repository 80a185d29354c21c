import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, Hand, Target } from './fault.ts'
import { cut, poison, refuse } from './store-faults.ts'
import { until } from './process-faults.ts'

/** What the model server does wrong, in the words of the simulator; `#` stands for a number of tokens. */
const disturbances: [name: string, words: string, weight: number][] = [
  ['answers 500', 'fail500', 4],
  ['answers 503', 'fail503', 3],
  ['answers 429', 'fail429-afterms150', 4],
  ['resets in mid-answer', 'rst#', 5],
  ['ends in mid-answer', 'eof#', 5],
  ['is cut inside a character', 'cutchar#', 2],
  ['is cut inside an event', 'cutjson#', 2],
  ['sends an error in mid-answer', 'error#', 3],
  ['sends single bytes', 'bytes1', 2],
  ['sends three bytes at a time', 'bytes3-crlf', 2],
  ['tells no usage', 'usage~none', 3],
  ['tells the usage twice', 'usage~twice', 3],
  ['tells a usage of nothing', 'usage~zero', 2],
  ['never says [DONE]', 'nodone', 2],
  ['never says why it ended', 'nofinish', 2],
  ['goes on when nobody listens', 'ignorecancel', 2],
]

const model = disturbances.map(([name, words, weight]): Fault => ({
  name: `the model ${name}`,
  hand: 'model',
  weight,
  strike: (target) => disturb(target, words.replace('#', String(target.random.int(0, 25)))),
}))

export const wireFaults: Fault[] = [
  ...model,
  wire('upstream', 'the model is reset', 4, (target) => cut(target, 'upstream', 'reset')),
  wire('upstream', 'the model is closed', 3, (target) => cut(target, 'upstream', 'close')),
  wire('upstream', 'the model stalls', 5, (target) => poison(target, 'upstream', { stalled: true }, [200, 1200])),
  wire('upstream', 'the model is sliced', 4, (target) => poison(target, 'upstream', { sliceBytes: 5 }, [300, 800])),
  wire('upstream', 'the model is slow', 3, (target) =>
    poison(target, 'upstream', { latencyMs: 60, jitterMs: 200 }, [300, 900]),
  ),
  wire('upstream', 'the model refuses', 3, (target) => refuse(target, 'upstream')),
  wire('tools', 'the tool server crashes', 5, crashTools),
  wire('tools', 'the tool server is reset', 4, (target) => cut(target, 'tools', 'reset')),
  wire('tools', 'the tool server stalls', 3, (target) => poison(target, 'tools', { stalled: true }, [300, 1200])),
  wire('tools', 'the tool server is slow', 2, (target) =>
    poison(target, 'tools', { latencyMs: 100, jitterMs: 200 }, [400, 900]),
  ),
  wire('clients', 'all clients are cut', 10, cutClients),
  wire('clients', 'the balancer sends twice', 3, sendTwice),
]

function wire(hand: Hand, name: string, weight: number, strike: Fault['strike']): Fault {
  return { name, hand, weight, strike }
}

/** The next requests meet it; a moment without any, and it did not happen. */
async function disturb({ cluster, random }: Target, words: string): Promise<string | null> {
  const times = random.int(1, 3)
  const set = cluster.upstream.disturb(words, times)
  await until(() => set.left() === 0, 1200)
  set.end()
  const met = times - set.left()
  return met === 0 ? null : `${words}, ${met} times`
}

async function crashTools({ cluster, random }: Target): Promise<string> {
  await cluster.tools.kill()
  await sleep(random.int(0, 800))
  await cluster.tools.restart()
  return 'crashed'
}

async function cutClients({ cluster, random }: Target): Promise<string | null> {
  const open = cluster.balancer.cutClients()
  await sleep(random.int(100, 500))
  return open === 0 ? null : `${open} connections`
}

async function sendTwice({ cluster, random }: Target): Promise<string | null> {
  const before = cluster.balancer.sentTwice()
  cluster.balancer.sendTwice(true)
  await sleep(random.int(300, 1000))
  cluster.balancer.sendTwice(false)
  const twice = cluster.balancer.sentTwice() - before
  return twice === 0 ? null : `${twice} requests`
}
