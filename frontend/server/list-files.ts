import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** All files below a folder, as paths; those whose names begin with a dot are not for serving. */
export function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
}
