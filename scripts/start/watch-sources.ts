import { watch } from 'node:fs'
import path from 'node:path'

/** Editors write a file in several steps; what changes within this many milliseconds is one change. */
const settles = 150

/** Tells, once a change has settled, that a source below one of the folders is another. Returns the way to stop. */
export function watchSources(root: string, folders: string[], changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const watchers = folders.map((folder) =>
    watch(path.join(root, folder), { recursive: true }, (_event, file) => {
      if (!file || !/\.(ts|sql|json)$/.test(file) || file.endsWith('.test.ts')) return
      clearTimeout(timer)
      timer = setTimeout(changed, settles)
    }),
  )
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}
