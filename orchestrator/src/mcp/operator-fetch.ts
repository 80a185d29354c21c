import { fetch } from 'undici'
import { sleep } from '../lib/sleep.ts'
import { createOperatorAgent } from '../outbound/operator-agent.ts'
import type { Fetch } from './http-transport.ts'

export interface OperatorFetch {
  fetch: Fetch
  close: () => Promise<void>
}

const closeGraceMs = 500

/** `fetch` on the guarded way to one configured origin: private addresses are allowed there, redirects are not followed. */
export function createOperatorFetch(url: URL): OperatorFetch {
  const agent = createOperatorAgent(url)
  const { dispatcher } = agent
  return {
    fetch: async (target, init = {}) => {
      const { method = 'GET', body, signal } = init
      const response = await fetch(target, {
        method,
        headers: [...new Headers(init.headers)],
        ...(typeof body === 'string' ? { body } : {}),
        ...(signal ? { signal } : {}),
        redirect: 'manual',
        dispatcher,
      })
      return response as Response
    },
    close: async () => {
      const enough = new AbortController()
      await Promise.race([agent.close(), sleep(closeGraceMs, enough.signal)])
      enough.abort()
      await dispatcher.destroy()
    },
  }
}
