import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A group of processes that get no more memory than a container of its size (Linux control groups). */
export interface MemoryLimit {
  /** What is started while `work` runs is in the group for good. */
  within<T>(work: () => Promise<T>): Promise<T>
  /** The most the group has had at once, in bytes: of its processes, and of files it holds in memory. */
  peakBytes(): number
  /** Once all its processes have ended. */
  remove(): void
}

interface Layout {
  root: string
  /** Where a process finds its own group in `/proc/self/cgroup`. */
  own: RegExp
  /** Whether a group with processes in it may have others below it. */
  nests: boolean
  limit: string
  peak: string
}

const layouts: Layout[] = [
  {
    root: '/sys/fs/cgroup/memory',
    own: /^\d+:memory:(.*)$/m,
    nests: true,
    limit: 'memory.limit_in_bytes',
    peak: 'memory.max_usage_in_bytes',
  },
  { root: '/sys/fs/cgroup', own: /^0::(.*)$/m, nests: false, limit: 'memory.max', peak: 'memory.peak' },
]

/** Null where this machine lets us make none: only its administrator may, and within most containers nobody. */
export function limitMemory(bytes: number): MemoryLimit | null {
  for (const { root, own, nests, limit, peak } of layouts) {
    const home = join(root, own.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '')
    // A container may be shown another tree than the one its own place is told in: there would be no way back.
    if (!existsSync(join(home, 'cgroup.procs'))) continue
    const group = join(nests || home === root ? home : dirname(home), `ai-assistant-bench-${process.pid}`)
    try {
      mkdirSync(group, { recursive: true })
      writeFileSync(join(group, limit), `${bytes}`)
      readFileSync(join(group, peak))
    } catch {
      if (existsSync(group)) rmdirSync(group)
      continue
    }
    return {
      within: (work) => within(group, home, work),
      peakBytes: () => Number(readFileSync(join(group, peak), 'utf8')),
      remove: () => rmdirSync(group),
    }
  }
  return null
}

/** A process is born where its parent is at that moment. */
async function within<T>(group: string, home: string, work: () => Promise<T>): Promise<T> {
  enter(group)
  try {
    return await work()
  } finally {
    enter(home)
  }
}

function enter(group: string): void {
  writeFileSync(join(group, 'cgroup.procs'), `${process.pid}`)
}
