/** Whether a value is as expected; a RegExp stands for texts that match it, `oneOf` for any of several values. */
export function agrees(value: unknown, expected: unknown): boolean {
  if (expected instanceof RegExp) return typeof value === 'string' && expected.test(value)
  if (isObject(expected) && Array.isArray(expected['oneOf']))
    return expected['oneOf'].some((option) => agrees(value, option))
  if (Array.isArray(expected)) {
    return (
      Array.isArray(value) &&
      value.length === expected.length &&
      expected.every((part, index) => agrees(value[index], part))
    )
  }
  if (isObject(expected)) {
    if (!isObject(value)) return false
    const keys = new Set([...Object.keys(value), ...Object.keys(expected)])
    return [...keys].every((key) => agrees(value[key], expected[key]))
  }
  return Object.is(value, expected)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
