/** Blanks secrets wherever they turn up in a text. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text
  for (const secret of secrets) {
    if (clean.includes(secret)) clean = clean.replaceAll(secret, '[secret]')
  }
  return clean
}
