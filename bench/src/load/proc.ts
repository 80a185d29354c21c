import { readdirSync, readFileSync } from 'node:fs'

/** Of Linux on every machine this runs on: `getconf CLK_TCK`, `getconf PAGESIZE`. */
const TICKS_A_SECOND = 100
const PAGE_BYTES = 4096

export interface Use {
  cpuSeconds: number
  rssBytes: number
}

interface Stat {
  parent: number
  /** Of itself, and of children that have ended. */
  ticks: number
  endedTicks: number
  pages: number
}

/** CPU seconds and memory of processes with all their children, those that have ended since included. */
export function useOf(pids: readonly number[]): Use {
  const stats = new Map<number, Stat>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(name) : null
    if (stat !== null) stats.set(Number(name), stat)
  }
  const use = { cpuSeconds: 0, rssBytes: 0 }
  const todo = [...pids]
  for (let pid = todo.pop(); pid !== undefined; pid = todo.pop()) {
    const stat = stats.get(pid)
    if (stat === undefined) continue
    use.cpuSeconds += (stat.ticks + stat.endedTicks) / TICKS_A_SECOND
    use.rssBytes += stat.pages * PAGE_BYTES
    for (const [child, { parent }] of stats) if (parent === pid) todo.push(child)
  }
  return use
}

function readStat(pid: string): Stat | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    const field = (at: number): number => Number(fields[at])
    return { parent: field(1), ticks: field(11) + field(12), endedTicks: field(13) + field(14), pages: field(21) }
  } catch {
    // It ended between the listing and the look.
    return null
  }
}
