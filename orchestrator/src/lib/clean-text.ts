/**
 * Makes text storable: PostgreSQL refuses U+0000 in text and lone surrogates in JSON. Both become U+FFFD, before the text
 * is shown, so that what was shown is what is kept.
 */
export function cleanText(text: string): string {
  const wellFormed = text.toWellFormed()
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed
}

/** The same for every string inside a JSON value, keys included. Deeper than `maxDepth` levels it is cut off. */
export function cleanJson(value: unknown, maxDepth = 64): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value !== 'object' || value === null) return value
  if (maxDepth === 0) return null
  if (Array.isArray(value)) return value.map((item) => cleanJson(item, maxDepth - 1))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), cleanJson(item, maxDepth - 1)]))
}
