import { readFileSync } from 'node:fs'

/** The target of a fault is not ours: the run ends here, before anything is done to it. */
class NotOurs extends Error {
  override name = 'NotOurs'
}

/** Asserts that the process is a child of this one. `what` names it in the error. */
export function assertOurChild(what: string, pid: number): void {
  const parent = /^PPid:\s+(\d+)$/m.exec(readStatus(pid))?.[1]
  if (Number(parent) !== process.pid) throw new NotOurs(`${what} (process ${pid}) is not a child of this run`)
}

/** Whether the process is frozen (SIGSTOP). */
export function isFrozen(pid: number): boolean {
  return /^State:\s+T/m.test(readStatus(pid))
}

/** Linux tells of each process; where nobody does, it says nothing. */
function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}
