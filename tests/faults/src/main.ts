// `npm run test:faults -- [--count 300] [--seed 1] [--round 4] [--only <part of a fault's name>]… [--broken <name>|all] [--trial <name>|all]`
// Strikes a running cluster of the real product with faults and checks what must hold. The last line is the verdict.
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { tryBrokenBuilds } from './broken/try-broken-builds.ts'
import { askDatabase } from './cluster/ask-database.ts'
import { enterOwnMounts } from './cluster/small-disk.ts'
import { startCluster } from './cluster/start-cluster.ts'
import { addRound, newFigures } from './figures.ts'
import { planRounds } from './plan-rounds.ts'
import { formatFigures, formatMix, formatViolation } from './report.ts'
import { runTrials } from './trials/run-trials.ts'
import { runRound } from './run-round.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    round: { type: 'string' },
    only: { type: 'string', multiple: true },
    broken: { type: 'string' },
    trial: { type: 'string' },
    replicas: { type: 'string', default: '3' },
  },
})

// What is left open, an idle connection or a pipe, must not hold the verdict back.
process.exit((await enterOwnMounts()) ?? (await choose()))

async function choose(): Promise<number> {
  if (values.broken !== undefined) return tryBrokenBuilds(values.broken, values.seed)
  if (values.trial !== undefined) return runTrials(values.trial, values.seed)
  return run()
}

async function run(): Promise<number> {
  const began = performance.now()
  const figures = newFigures()
  const count = Number(values.count)
  const mix = count > 500 ? 'long' : 'short'
  const rounds = planRounds(count, mix).map((plan, at) => ({ ...plan, round: at + 1 }))
  const chosen = values.round === undefined ? rounds : rounds.filter(({ round }) => round === Number(values.round))
  const cluster = await startCluster({ replicas: Number(values.replicas) })
  try {
    for (const { round, faults, only: planned } of chosen) {
      const only = values.only ?? planned
      const result = await runRound(cluster, { seed: values.seed, round, faults, mix, ...(only ? { only } : {}) })
      addRound(figures, result.evidence, result.violations)
      await forgetConversations(cluster.databaseUrl)
      console.log(
        `round ${round}: ${result.evidence.history.faults.length} faults in ${Math.round(result.seconds)} s, ` +
          `${result.evidence.store.runs.length} answers, ${result.violations.length} violations`,
      )
      if (result.violations.length === 0) continue
      const file = join(
        await mkdtemp(join(tmpdir(), 'ai-assistant-history-')),
        `seed-${values.seed}-round-${round}.json`,
      )
      await writeFile(file, JSON.stringify(result.evidence))
      for (const violation of result.violations.slice(0, 5)) console.log(formatViolation(violation, result.evidence))
      for (const violation of result.violations.slice(5, 50)) console.log(`${violation.invariant}: ${violation.text}`)
      console.log(`The whole history: ${file}. Again: --count ${count} --seed ${values.seed} --round ${round}`)
    }
  } finally {
    if (process.env['LAB_LOGS'])
      await writeFile(process.env['LAB_LOGS'], cluster.replicas.map((each) => each.logs()).join('\n'))
    await cluster.stop()
  }
  console.log(`\n${formatMix(figures)}\n\n${formatFigures(figures, (performance.now() - began) / 1000)}\n`)
  const held = figures.violations.length === 0 && figures.faults > 0
  console.log(
    `${held ? 'held' : 'broken'}: ${figures.faults} faults, ${figures.violations.length} violations, seed ${values.seed}`,
  )
  return held ? 0 : 1
}

/** A long run must not fill the database's disk by itself. Nobody is at work between two rounds. */
async function forgetConversations(databaseUrl: string): Promise<void> {
  await askDatabase(databaseUrl, 'truncate run_event, conversation cascade')
}
