import { createLocalStore, type LocalStore } from '../../../lib/local-store.ts'
import type { Send } from '../api/send.ts'

/**
 * What is on its way, kept for this tab alone, so that a reload in mid-send says it again under the same key instead of
 * losing it or asking it twice.
 */
export interface Outbox {
  put: (place: string, send: Send) => void
  take: (place: string) => Send | null
  drop: (place: string, key: string) => void
}

function createOutbox(store: LocalStore): Outbox {
  const read = (place: string): Send | null => {
    const stored = store.get(`outbox:${place}`)
    return stored === null ? null : (JSON.parse(stored) as Send)
  }
  return {
    put: (place, send) => store.set(`outbox:${place}`, JSON.stringify(send)),
    take: read,
    drop: (place, key) => {
      if (read(place)?.key === key) store.set(`outbox:${place}`, null)
    },
  }
}

/** The tab's one outbox. */
export const outbox = createOutbox(createLocalStore(tabStorage()))

function tabStorage(): Storage | null {
  try {
    return globalThis.sessionStorage
  } catch {
    return null
  }
}
