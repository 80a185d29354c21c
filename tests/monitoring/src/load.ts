import { setTimeout as sleep } from 'node:timers/promises'
import { readAnswer } from '@ai-assistant/system-tests/product/read-answer'
import { must } from '@ai-assistant/deploy-tests/tally'
import type { System } from './start-system.ts'

export interface Load {
  /** Resolves when so many more answers were read to their end. */
  answered(count: number, withinSeconds: number): Promise<string>
  stop(): Promise<void>
}

/** A question every so many milliseconds, each in a conversation of its own, one in two with a tool. */
const EVERY_MS = 250

/** People who ask through the web app, whatever becomes of it, until they are stopped. */
export async function startLoad(system: System): Promise<Load> {
  const tool = await findTool(system)
  const stopping = new AbortController()
  const open = new Set<Promise<void>>()
  let read = 0
  let sent = 0
  const ask = async (): Promise<void> => {
    const call = sent++ % 2 === 0 ? `\n/call ${tool} {"expression":"17 * 23"}` : ''
    const { client } = system
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(30_000)])
    try {
      const { runId } = await client.send({ text: `Count${call}` })
      // By way of the second orchestrator, which stays.
      const answer = await readAnswer(client.at(system.replicas[1].url), runId, { signal })
      if (answer.finish.state === 'complete') read += 1
    } catch {
      // What goes wrong is what Prometheus is to see.
    }
  }
  const asking = (async () => {
    while (!stopping.signal.aborted) {
      const one = ask().finally(() => open.delete(one))
      open.add(one)
      await sleep(EVERY_MS)
    }
  })()
  return {
    answered: async (count, withinSeconds) => {
      const goal = read + count
      const deadline = performance.now() + withinSeconds * 1000
      while (read < goal) {
        must(performance.now() < deadline, `${read + count - goal} of ${count} were answered within ${withinSeconds} s`)
        await sleep(100)
      }
      return `${read} answers of ${sent} questions so far`
    },
    stop: async () => {
      stopping.abort()
      await asking
      await Promise.all(open)
    },
  }
}

async function findTool({ client }: System): Promise<string> {
  for (;;) {
    const { servers } = await client.tools()
    const found = servers.flatMap((server) => server.tools).find((tool) => tool.name.endsWith('__calculate'))
    if (found) return found.name
    await sleep(200)
  }
}
