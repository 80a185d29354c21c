/** Where a process can be told to die or to freeze: the moments between two writes that a fault test must be able to hit. */
export type Failpoint =
  | 'start.before-commit'
  | 'start.after-commit'
  | 'journal.before-insert'
  | 'journal.after-commit'
  | 'step.before-commit'
  | 'step.after-commit'
  | 'end.before-commit'
  | 'takeover.after-claim'
  | 'tool.before-call'
  | 'tool.after-call'
  | 'approval.after-commit'
  | 'cancel.after-commit'
  | 'lease.before-renew'
  | 'restore.opened'
  | 'restore.loaded'
  | 'restore.verified'
  | 'restore.swapping'
  | 'restore.swapped'

/** One for the process, because it must be reached from everywhere; it is armed at the start, by its parent while it runs, or never. */
let armed: { name: string; signal: 'SIGKILL' | 'SIGSTOP'; left: number } | null = null

/**
 * Arms one failpoint: `journal.after-commit:kill@7` kills this process when it passes there for the seventh time, `stop`
 * freezes it. Throws an `Error` that quotes what cannot be read. The caller sees to it that no production server gets here.
 */
export function armFailpoint(text: string): void {
  const found = /^([a-z.-]+):(kill|stop)(?:@([1-9]\d*))?$/.exec(text)
  if (found === null) throw new Error(`FAILPOINT: "${text}" is not <name>:kill|stop[@<pass>]`)
  const [, name = '', action, pass = '1'] = found
  armed = { name, signal: action === 'kill' ? 'SIGKILL' : 'SIGSTOP', left: Number(pass) }
}

/** Passes a failpoint. Does nothing unless it is armed. */
export function failpoint(name: Failpoint): void {
  if (armed === null || armed.name !== name) return
  armed.left -= 1
  if (armed.left === 0) process.kill(process.pid, armed.signal)
}
