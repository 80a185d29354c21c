import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrokenBuild } from './broken-builds.ts'

/** Makes the changes in a copy of the orchestrator. Rejects where one does not fit: then the build would not be broken. */
export async function breakCopy(folder: string, build: BrokenBuild): Promise<void> {
  for (const { file, find, replace } of build.changes) {
    const path = join(folder, 'src', file)
    const parts = (await readFile(path, 'utf8')).split(find)
    if (parts.length !== 2) throw new Error(`${build.name}: ${file} has ${parts.length - 1} places like ${find}`)
    await writeFile(path, parts.join(replace))
  }
}
