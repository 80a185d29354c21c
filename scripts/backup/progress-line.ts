const REDRAW_MS = 200
const SAY_MS = 10_000

/** Tells how far a long piece of work is: one line that changes on a terminal, a line now and then elsewhere. */
export interface ProgressLine {
  update(phase: string, done: number, total: number): void
  /** Leaves the terminal clean for what comes next. */
  end(): void
}

export function createProgressLine(
  output: { isTTY: boolean; write(text: string): boolean },
  now: () => number = () => performance.now(),
): ProgressLine {
  const terminal = output.isTTY
  let phase = ''
  let began = 0
  let shown = -Infinity
  return {
    update: (next, done, total) => {
      const fresh = next !== phase
      if (fresh) [phase, began] = [next, now()]
      if (!fresh && now() - shown < (terminal ? REDRAW_MS : SAY_MS)) return
      shown = now()
      const line = describeProgress(next, done, total, now() - began)
      output.write(terminal ? `\r\u001B[2K${line}` : `${line}\n`)
    },
    end: () => {
      if (terminal && phase !== '') output.write('\r\u001B[2K')
      phase = ''
    },
  }
}

/** `Loading … 45 %, 12 s left`: the time that is left follows from the time that was needed so far. */
export function describeProgress(phase: string, done: number, total: number, elapsedMs: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total)
  const left = share > 0.02 && elapsedMs > 1000 ? (elapsedMs / share - elapsedMs) / 1000 : null
  const time = left === null || share === 1 ? '' : `, ${formatSeconds(left)} left`
  return `${phase} … ${Math.floor(share * 100)} %${time}`
}

export function formatSeconds(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}

export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const step = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`
}
