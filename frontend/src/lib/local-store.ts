/**
 * Text kept in this browser, by key, and told to every listener in this tab and the others. Where the browser offers no
 * storage or it is full, the text lives as long as the page.
 */
export interface LocalStore {
  get: (key: string) => string | null
  /** Null or empty removes. */
  set: (key: string, value: string | null) => void
  /** Forgets every text whose key is meant. */
  removeAll: (meant: (key: string) => boolean) => void
  subscribe: (listener: () => void) => () => void
}

export function createLocalStore(area: Storage | null = browserStorage()): LocalStore {
  const memory = new Map<string, string>()
  const listeners = new Set<() => void>()
  globalThis.addEventListener?.('storage', () => listeners.forEach((listener) => listener()))
  return {
    get: (key) => memory.get(key) ?? area?.getItem(key) ?? null,
    set: (key, value) => {
      memory.delete(key)
      if (!value) area?.removeItem(key)
      else if (!store(area, key, value)) memory.set(key, value)
      listeners.forEach((listener) => listener())
    },
    removeAll: (meant) => {
      const stored = Array.from({ length: area?.length ?? 0 }, (_, index) => area?.key(index) ?? '')
      for (const key of stored.filter(meant)) area?.removeItem(key)
      for (const key of [...memory.keys()].filter(meant)) memory.delete(key)
      listeners.forEach((listener) => listener())
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function store(area: Storage | null, key: string, value: string): boolean {
  try {
    area?.setItem(key, value)
    return area !== null
  } catch {
    return false
  }
}

function browserStorage(): Storage | null {
  try {
    return globalThis.localStorage
  } catch {
    return null
  }
}

/** The page's one store: the browser's own is one too. */
export const localStore = createLocalStore()
