import type { Problem } from '@ai-assistant/contract'
import type { LocalStore } from '../../../lib/local-store.ts'
import { newId } from '../../../lib/new-id.ts'
import type { Send } from '../api/send.ts'
import { restoreDraft } from './drafts.ts'
import { enqueue } from './queue.ts'

/**
 * Keeps the words of a send that was refused: they go back to the composer, and a queued message that met another
 * running answer goes back to the queue, under a new key.
 */
export function takeBack(store: LocalStore, place: string, send: Send, code: Problem['code'] | null): void {
  const { parts } = send.body
  if (parts === undefined) return
  if (send.queued && code === 'run_active') enqueue(store, place, { key: newId(), parts })
  else restoreDraft(store, place, parts)
}
