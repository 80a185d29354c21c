import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** One line of the product as somebody might have written it who did not know better. */
export interface Change {
  file: string
  /** Stands exactly once in the file, or the build is not what it says. */
  find: string
  replace: string
}

/** Makes the changes in a copy, whose root the files are named from. */
export async function breakCopy(root: string, changes: readonly Change[]): Promise<void> {
  for (const [file, text] of await breakTexts(root, changes)) await writeFile(join(root, file), text)
}

/** The files' texts with the changes made. Rejects where one does not fit: then nothing would be broken. */
export async function breakTexts(root: string, changes: readonly Change[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const { file, find, replace } of changes) {
    const parts = (texts.get(file) ?? (await readFile(join(root, file), 'utf8'))).split(find)
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places like ${find}`)
    texts.set(file, parts.join(replace))
  }
  return texts
}
