import { execFileSync } from 'node:child_process'
import { cpus, loadavg, totalmem } from 'node:os'

export interface Machine {
  cpu: string
  cores: number
  memoryGiB: number
  node: string
  commit: string
  /** Of the last minute, before the first figure and after the last: above the cores, others were at work. */
  load: { before: number; after: number }
}

export function lookAtMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    commit: commit(),
    load: { before: load(), after: 0 },
  }
}

export function load(): number {
  return Number((loadavg()[0] ?? 0).toFixed(2))
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
