/** Values that examples publish. Each is known to everyone, so none of them is ever used. */
const published = [
  /^sk-\.\.\.$/,
  /^your-/i,
  /change-?(me|in-production|this)/i,
  /:\/\/(user|username):(password|pass)@/i,
  /^<.*>$/,
]

export function isPlaceholder(value: string): boolean {
  return published.some((pattern) => pattern.test(value))
}
