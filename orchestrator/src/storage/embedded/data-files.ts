import { constants, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { failpoint } from '../../lib/failpoint.ts'
import { writeWhole } from '../../lib/write-whole.ts'

/** The mark of a database that was ready once. */
const MARK = 'created'

/** Copies the database's files to a new directory. Nobody may write to them meanwhile. */
export function copyData(directory: string, into: string): void {
  mkdirSync(into, { recursive: true, mode: 0o700 })
  // By reference where the file system can, which takes no time and no room.
  cpSync(join(directory, 'data'), join(into, 'data'), { recursive: true, mode: constants.COPYFILE_FICLONE })
  writeWhole(join(into, MARK), new Date().toISOString())
}

/**
 * Puts `data`, the files of another database on the same file system, into the place of the directory's own, which are kept
 * as `keepAs`. The caller holds the directory's lock. From the moment the intention
 * is written, whoever opens the directory next brings it to its end; before it, nothing has happened.
 */
export function swapData(directory: string, data: string, keepAs: string): void {
  writeWhole(join(directory, INTENT), JSON.stringify({ data, keepAs }))
  finishSwap(directory)
}

const INTENT = 'swap.json'

/** Each step is done once, however often this is called. */
export function finishSwap(directory: string): void {
  const intent = join(directory, INTENT)
  if (!existsSync(intent)) return
  const { data, keepAs }: { data: string; keepAs: string } = JSON.parse(readFileSync(intent, 'utf8'))
  const own = join(directory, 'data')
  const kept = join(directory, keepAs)
  if (existsSync(data)) {
    if (existsSync(own) && !existsSync(kept)) renameSync(own, kept)
    failpoint('restore.swapping')
    renameSync(data, own)
  }
  writeWhole(join(directory, MARK), new Date().toISOString())
  rmSync(intent)
}
