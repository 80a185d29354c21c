import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerChild } from '@ai-assistant/system-tests/product/server-child'

const mostTries = 20

/** Starts a server again until it stands, as whatever watches over servers would: its database may be away just now. */
export async function bringUp(replica: ServerChild, env: Record<string, string> = {}): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await replica.start(env)
    } catch (error) {
      if (tries === mostTries) throw error
      await sleep(200)
    }
  }
}
