// `npm run bench -- [--only live|saturated|held|contained|halfCore|opening|coldStart]…
// [--quick] [--out <file>] [--profile <folder>]`
// The orchestrator beside the bare upstream, nginx and a relay of Fastify and `openai`, in one run, as docs/performance.md says.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureColdStart } from './figures/cold-start.ts'
import { measureHalfCore } from './figures/half-core.ts'
import { measureContained, measureHeld } from './figures/held.ts'
import { measureLive } from './figures/live.ts'
import { measureOpening } from './figures/opening.ts'
import { measureSaturated } from './figures/saturated.ts'
import type { Pace } from './figures/figure.ts'
import { load, lookAtMachine } from './report/machine.ts'
import { type FigureName, figureNames, type Results } from './report/results.ts'
import { tableOf } from './report/table.ts'
import { type Stage, startStage } from './stage/start-stage.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    out: { type: 'string' },
    profile: { type: 'string' },
  },
})

const chosen = figureNames.filter((name) => values.only === undefined || values.only.includes(name))
if (chosen.length === 0) throw new Error(`--only names one of ${figureNames.join(', ')}`)

/** In this order: what needs a fresh process comes after what does not. */
const measure: Record<FigureName, (stage: Stage, pace: Pace) => Promise<unknown>> = {
  live: measureLive,
  saturated: measureSaturated,
  opening: measureOpening,
  halfCore: measureHalfCore,
  held: measureHeld,
  contained: measureContained,
  coldStart: measureColdStart,
}

process.exit(await run())

async function run(): Promise<number> {
  const began = performance.now()
  const at = new Date()
  const machine = lookAtMachine()
  const results: Results = { at: at.toISOString(), machine, quick: values.quick }
  const file =
    values.out ?? join(import.meta.dirname, '../results', `${at.toISOString().slice(0, 16).replace(/\D/g, '')}.json`)
  await mkdir(dirname(file), { recursive: true })
  const stage = await startStage(values.profile ?? null)
  const failed: string[] = []
  try {
    if (stage.peers.every((peer) => peer.name !== 'nginx')) console.log('nginx is left out: it is not installed here')
    for (const name of chosen) {
      if (!(await measureOne(stage, name, results))) failed.push(name)
      machine.load.after = load()
      // After each: what comes later may fail, and a quarter of an hour is long.
      await writeFile(file, `${JSON.stringify(results, null, 1)}\n`)
    }
  } finally {
    await stage.stop()
  }
  console.log(`\n${tableOf(results)}\n`)
  const seconds = Math.round((performance.now() - began) / 1000)
  console.log(`${seconds} s, load ${machine.load.before} → ${machine.load.after}, kept in ${file}`)
  if (failed.length > 0) console.log(`Not measured: ${failed.join(', ')}`)
  return failed.length > 0 ? 1 : 0
}

async function measureOne(stage: Stage, name: FigureName, results: Results): Promise<boolean> {
  console.log(`measuring ${name} …`)
  try {
    const pace = values.quick ? { rounds: 1, factor: 0.6 } : { rounds: 2, factor: 1 }
    Object.assign(results, { [name]: await measure[name](stage, pace) })
    return true
  } catch (error) {
    console.error(error)
    return false
  }
}
