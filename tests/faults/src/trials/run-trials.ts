import { failover } from './failover.ts'
import { manyTakeovers } from './many-takeovers.ts'
import { outage } from './outage.ts'
import { rollingRestart } from './rolling-restart.ts'
import type { Trial } from './trial.ts'

const trials: readonly Trial[] = [rollingRestart, manyTakeovers, failover, outage]

/** Runs the trial of this name, or all of them, and prints their figures. Resolves to the exit code. */
export async function runTrials(name: string, seed: string): Promise<number> {
  const chosen = trials.filter((trial) => name === 'all' || trial.name === name)
  if (chosen.length === 0) throw new Error(`There is no trial ${name}: ${trials.map((trial) => trial.name).join(', ')}`)
  let broken = 0
  for (const trial of chosen) {
    const { figures, violations } = await trial.run(seed)
    console.log(`\n${trial.name}`)
    for (const [what, value] of figures) console.log(`${what.padEnd(48)} ${value}`)
    for (const violation of violations.slice(0, 20)) console.log(violation)
    broken += violations.length
  }
  console.log(`\n${broken === 0 ? 'held' : 'broken'}: ${chosen.length} trials, ${broken} violations, seed ${seed}`)
  return broken === 0 ? 0 : 1
}
