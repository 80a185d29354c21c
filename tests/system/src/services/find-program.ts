import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

// Where programs lie that a service's or an editor's short PATH leaves out.
const usualFolders = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin', '/snap/bin']

/** The absolute path of the first of these programs that can be run, or null. */
export function findProgram(...names: string[]): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...usualFolders]
  for (const name of names) {
    const path = folders.map((folder) => join(folder, name)).find(isExecutable)
    if (path !== undefined) return path
  }
  return null
}

/** Whether this path is a program that this user can run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
