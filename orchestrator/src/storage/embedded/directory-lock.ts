import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Another process has the directory of the embedded database open. */
export class DirectoryInUse extends Error {
  override name = 'DirectoryInUse'
}

export interface DirectoryLock {
  release(): void
}

/**
 * Keeps other processes off the directory. The lock is the operating system's (a POSIX record lock on Linux and macOS, a
 * file lock on Windows, both through the SQLite in Node): it is atomic between two starters, holds across containers that
 * share the directory on one machine, and ends with its process, also by `kill -9`.
 *
 * Throws `DirectoryInUse` with one line that says who holds it and what to do.
 */
export function lockDirectory(directory: string): DirectoryLock {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const holderFile = join(directory, 'holder.json')
  const lock = new DatabaseSync(join(directory, 'lock'), { timeout: 0 })
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    throw refusal(directory, holderFile, error)
  }
  writeFileSync(holderFile, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }))
  return { release: () => lock.close() }
}

function refusal(directory: string, holderFile: string, error: unknown): unknown {
  const SQLITE_BUSY = 5
  const busy = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
  if (!busy) return error
  return new DirectoryInUse(
    `The data directory ${directory} is in use by ${holder(holderFile)}: stop that one, or set DATA_DIR to another directory`,
    { cause: error },
  )
}

/** The holder writes its name after it has locked, so for a moment the file may be missing or name the one before. */
function holder(holderFile: string): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(holderFile, 'utf8'))
    return `process ${pid} (since ${since})`
  } catch {
    return 'another process'
  }
}
