import { join } from 'node:path'
import { breakCopy } from '@ai-assistant/system-tests/broken/break-copy'
import { startCluster } from '../cluster/start-cluster.ts'
import { formatViolation } from '../report.ts'
import { runRound } from '../run-round.ts'
import { type BrokenBuild, brokenBuilds } from './broken-builds.ts'

const faultsPerRound = 5
const mostRounds = 8

/** Runs each broken build until the checker sees it, or has had its chances. Resolves to how many were not caught. */
export async function tryBrokenBuilds(name: string, seed: string): Promise<number> {
  const builds = brokenBuilds.filter((build) => name === 'all' || build.name === name)
  if (builds.length === 0) throw new Error(`There is no broken build ${name}`)
  const lines: string[] = []
  let missed = 0
  for (const build of builds) {
    const caught = await tryOne(build, seed)
    if (caught === null) missed += 1
    lines.push(`${build.name.padEnd(34)} ${caught ?? 'NOT CAUGHT'}`)
    console.log(lines.at(-1))
  }
  console.log(
    `\n${missed === 0 ? 'held' : 'broken'}: ${builds.length - missed} of ${builds.length} broken builds caught`,
  )
  return missed
}

async function tryOne(build: BrokenBuild, seed: string): Promise<string | null> {
  const cluster = await startCluster({
    replicas: 2,
    breakCopy: (folder) => breakCopy(join(folder, 'src'), build.changes),
  })
  let faults = 0
  try {
    for (let round = 1; round <= mostRounds; round++) {
      const options = { seed: `${seed} ${build.name}`, round, faults: faultsPerRound, only: build.only }
      const { violations, evidence } = await runRound(cluster, { ...options, settleMs: 20_000 })
      faults += evidence.history.faults.length
      const first = violations[0]
      if (first === undefined) continue
      if (process.env['LAB_DETAILS']) console.log(formatViolation(first, evidence))
      const kinds = [...new Set(violations.map(({ invariant }) => invariant))].toSorted().join(', ')
      return `caught by ${kinds} after ${faults} faults: ${first.text.slice(0, 120)}`
    }
    return null
  } finally {
    await cluster.stop()
  }
}
