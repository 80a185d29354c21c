import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

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
  limit: string
  peak: string
  /** Where a process finds its own group in `/proc/self/cgroup`. */
  own: RegExp
}

const layouts: Layout[] = [
  {
    root: '/sys/fs/cgroup/memory',
    limit: 'memory.limit_in_bytes',
    peak: 'memory.max_usage_in_bytes',
    own: /^\d+:memory:(.*)$/m,
  },
  { root: '/sys/fs/cgroup', limit: 'memory.max', peak: 'memory.peak', own: /^0::(.*)$/m },
]

/** Null where this machine lets us make none: only its administrator may, and within most containers nobody. */
export function limitMemory(bytes: number): MemoryLimit | null {
  const layout = layouts.find(({ root }) => existsSync(join(root, 'cgroup.procs')))
  if (layout === undefined) return null
  const group = join(layout.root, `ai-assistant-bench-${process.pid}`)
  const home = join(layout.root, layout.own.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '')
  try {
    mkdirSync(group)
    writeFileSync(join(group, layout.limit), `${bytes}`)
  } catch {
    if (existsSync(group)) rmdirSync(group)
    return null
  }
  return {
    // A process is born where its parent is at that moment.
    within: async (work) => {
      enter(group)
      try {
        return await work()
      } finally {
        enter(home)
      }
    },
    peakBytes: () => Number(readFileSync(join(group, layout.peak), 'utf8')),
    remove: () => rmdirSync(group),
  }
}

function enter(group: string): void {
  writeFileSync(join(group, 'cgroup.procs'), `${process.pid}`)
}
