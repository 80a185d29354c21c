/** What tools really did, by tool and call key: the witness that nothing was done twice. */
export interface EffectLedger {
  /** Notes one effect and says the how-manieth it is. */
  note(tool: string, key: string): number
  count(tool: string, key: string): number
  all(): { tool: string; key: string; count: number }[]
}

export function createEffectLedger(): EffectLedger {
  const counts = new Map<string, { tool: string; key: string; count: number }>()
  const entry = (tool: string, key: string): { tool: string; key: string; count: number } => {
    const id = JSON.stringify([tool, key])
    const known = counts.get(id) ?? { tool, key, count: 0 }
    counts.set(id, known)
    return known
  }
  return {
    note: (tool, key) => (entry(tool, key).count += 1),
    count: (tool, key) => entry(tool, key).count,
    all: () => [...counts.values()].filter(({ count }) => count > 0),
  }
}
