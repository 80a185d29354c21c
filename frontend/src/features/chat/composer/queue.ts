import type { UserPart } from '@ai-assistant/contract'
import type { LocalStore } from '../../../lib/local-store.ts'

/** A message that waits for the running answer to end. */
export interface Queued {
  key: string
  parts: UserPart[]
}

export const queueKey = (conversationId: string) => `queue:${conversationId}`

export function readQueue(stored: string | null): Queued[] {
  return stored === null ? [] : (JSON.parse(stored) as Queued[])
}

export function enqueue(store: LocalStore, conversationId: string, queued: Queued): void {
  change(store, conversationId, (queue) => [...queue, queued])
}

/**
 * Takes a message out to send it. False where another tab has taken it: all tabs see the same queue, and its answer's end
 * at the same moment.
 */
export async function claim(store: LocalStore, conversationId: string, key: string): Promise<boolean> {
  const take = () => {
    const there = readQueue(store.get(queueKey(conversationId))).some((queued) => queued.key === key)
    if (there) dequeue(store, conversationId, key)
    return there
  }
  return globalThis.navigator?.locks ? navigator.locks.request(queueKey(conversationId), take) : take()
}

function dequeue(store: LocalStore, conversationId: string, key: string): void {
  change(store, conversationId, (queue) => queue.filter((queued) => queued.key !== key))
}

function change(store: LocalStore, conversationId: string, next: (queue: Queued[]) => Queued[]): void {
  const queue = next(readQueue(store.get(queueKey(conversationId))))
  store.set(queueKey(conversationId), queue.length === 0 ? null : JSON.stringify(queue))
}
