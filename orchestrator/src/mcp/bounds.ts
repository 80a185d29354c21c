/** Whether a JSON value stays within a depth and a number of values. Takes bounded time and no stack, whatever it is given. */
export function isWithin(value: unknown, bounds: { maxDepth: number; maxValues: number }): boolean {
  const pending: { value: unknown; depth: number }[] = [{ value, depth: 0 }]
  let values = 0
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    values += 1
    if (values > bounds.maxValues || next.depth > bounds.maxDepth) return false
    if (typeof next.value !== 'object' || next.value === null) continue
    const inner: unknown[] = Object.values(next.value)
    if (values + inner.length > bounds.maxValues) return false
    for (const item of inner) pending.push({ value: item, depth: next.depth + 1 })
  }
  return true
}
