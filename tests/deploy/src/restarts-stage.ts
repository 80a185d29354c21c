import { type ApiClient, signIn } from '@ai-assistant/system-tests/product/api-client'
import { faultsOfNumbering } from '@ai-assistant/system-tests/product/numbered-tokens'
import { readAnswer, textOf } from '@ai-assistant/system-tests/product/read-answer'
import { answerTokens, type Deployment } from './deployment.ts'
import { must, type Tally } from './tally.ts'
import { untilServed } from './until-served.ts'

const signals = [
  { service: 'orchestrator', signal: 'INT', what: 'the orchestrator hands over' },
  { service: 'orchestrator', signal: 'KILL', what: 'the orchestrator is killed' },
  { service: 'postgres', signal: 'KILL', what: 'the database is killed' },
  { service: 'redis', signal: 'KILL', what: 'Redis is killed' },
]

/** Something is done to the system while an answer comes; it is well under way by then. */
const tokensBefore = 60

/** An answer as a page reads it, through nginx; and what becomes of it when things under it stop and start. */
export async function restartsStage(deployment: Deployment, tally: Tally): Promise<void> {
  const { compose, docker, container, publicUrl } = deployment
  const link = await compose(['exec', '-T', 'orchestrator', 'node', 'scripts/create_owner.ts'])
  const client = await signIn(publicUrl, new URL(link.trim()).hash.slice(1))

  await tally.check('an answer comes through nginx as it is written', async () => {
    const { arrivals } = await ask(client)
    const [first = 0, last = 0] = [arrivals[0], arrivals.at(-1)]
    const gaps = arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? 0))
    const widest = Math.max(...gaps)
    // The model writes evenly from beginning to end: whoever holds text back leaves a gap as wide as what was held.
    must(first < last / 5, `the first text came after ${first.toFixed(0)} ms, the last after ${last.toFixed(0)} ms`)
    must(widest < last / 5, `nothing came for ${widest.toFixed(0)} of ${last.toFixed(0)} ms`)
    return `the widest of ${gaps.length} gaps is ${((100 * widest) / last).toFixed(1)}% of the whole`
  })
  for (const service of [
    'redis',
    'mcp_example',
    'frontend',
    'prometheus',
    'grafana',
    'nginx',
    'postgres',
    'orchestrator',
  ]) {
    await tally.check(`${service} is restarted under an answer: nothing is lost`, () =>
      askWhile(deployment, client, async () => void (await compose(['restart', service]))),
    )
  }
  for (const { service, signal, what } of signals) {
    await tally.check(`${what} under an answer: nothing is lost`, () =>
      askWhile(deployment, client, async () => {
        await docker(['kill', '--signal', signal, container(service)])
        await docker(['wait', container(service)])
        await docker(['start', container(service)])
      }),
    )
  }
  await tally.check('everything is well afterwards', async () => {
    await compose(['up', '--detach', '--wait'])
  })
}

interface Asked {
  reconnects: number
  /** When each piece of text came, in milliseconds after the first event. */
  arrivals: number[]
}

/** Asks, and reads the answer to its end. Fails where a token is lost or comes twice, for the reader or in the database. */
async function ask(client: ApiClient, underWay: () => void = () => {}): Promise<Asked> {
  const { runId, conversationId } = await client.send({ text: 'Count.' })
  const arrivals: number[] = []
  let began = 0
  const answer = await readAnswer(client, runId, {
    onEvent: ({ part }) => {
      began ||= performance.now()
      if (part.type !== 'text-delta') return
      arrivals.push(performance.now() - began)
      if (arrivals.length === tokensBefore) underWay()
    },
  })
  must(
    answer.finish.state === 'complete',
    `it ended as ${answer.finish.state}: ${answer.finish.error ?? answer.finish.reason}`,
  )
  const faults = faultsOfNumbering(answer.text, answerTokens)
  must(faults.length === 0, `the reader saw a text that ${faults.join(', ')}`)
  const { items } = await untilServed(() => client.messages(conversationId))
  const stored = textOf(items.find(({ role }) => role === 'assistant')?.parts ?? [])
  must(stored === answer.text, 'what is stored is not what was shown')
  return { reconnects: answer.reconnects, arrivals }
}

async function askWhile({ compose }: Deployment, client: ApiClient, disturb: () => Promise<void>): Promise<string> {
  await compose(['up', '--detach', '--wait'])
  const { promise: underWay, resolve } = Promise.withResolvers<void>()
  const asked = ask(client, resolve)
  const disturbed = Promise.race([
    underWay,
    asked.then(() => Promise.reject(new Error('the answer ended too soon'))),
  ]).then(disturb)
  const [{ reconnects }] = await Promise.all([asked, disturbed])
  return `the reader connected again ${reconnects} times`
}
