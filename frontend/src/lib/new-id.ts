/** A random id: so many bytes in hexadecimal digits. Works on plain http too, where browsers offer no `crypto.randomUUID`. */
export function newId(length = 16): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
