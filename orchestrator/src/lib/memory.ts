/** What was found lately, by name. */
export interface Memory<T> {
  keep(name: string, value: T): void
  /** null where it was not kept, or too long ago. */
  recall(name: string): T | null
  forget(name: string): void
}

/** @param options `most`: beyond so many all are forgotten, which costs each one look and needs no order among them. */
export function createMemory<T>(options: { keptMs: number; most: number; now: () => number }): Memory<T> {
  const { keptMs, most, now } = options
  const kept = new Map<string, { value: T; until: number }>()
  return {
    keep: (name, value) => {
      if (kept.size >= most) kept.clear()
      kept.set(name, { value, until: now() + keptMs })
    },
    recall: (name) => {
      const entry = kept.get(name)
      if (entry === undefined) return null
      if (entry.until > now()) return entry.value
      kept.delete(name)
      return null
    },
    forget: (name) => void kept.delete(name),
  }
}
