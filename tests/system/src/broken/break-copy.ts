import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** One line of the product as somebody might have written it who did not know better. */
export interface Change {
  file: string
  /** Stands exactly once in the file, or the build is not what it says. */
  find: string
  replace: string
}

/** Makes the changes in a copy, whose root the files are named from. Rejects where one does not fit: then nothing would be broken. */
export async function breakCopy(root: string, changes: readonly Change[]): Promise<void> {
  for (const { file, find, replace } of changes) {
    const path = join(root, file)
    const parts = (await readFile(path, 'utf8')).split(find)
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places like ${find}`)
    await writeFile(path, parts.join(replace))
  }
}
