// `npm test [-- --only <stage>] [-- <filter>…]`: every test, on everything the product runs on. The last lines tell how
// many passed and failed, and what could not be tried on this machine.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { addCounts, type Counts, formatCounts } from './test/counts.ts'
import { runStage } from './test/run-stage.ts'
import { missingServices } from './test/services.ts'
import { stages } from './test/stages.ts'

const root = resolve(import.meta.dirname, '..')

const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', multiple: true } },
})
const only = values.only ?? []
const unknown = only.find((name) => stages.every((stage) => stage.name !== name))
if (unknown !== undefined) {
  console.error(`There is no stage "${unknown}": there are ${stages.map((stage) => stage.name).join(', ')}`)
  process.exit(2)
}

// A terminal's Ctrl-C reaches vitest as well, which ends what it started; we only go after it.
process.on('SIGINT', () => {})

const missing = await missingServices()
const summary: string[] = []
let total: Counts = { passed: 0, failed: 0, skipped: 0 }
for (const stage of stages) {
  if (only.length > 0 && !only.includes(stage.name)) continue
  if (stage.needs.some((service) => missing.has(service))) continue
  console.log(`\n── ${stage.name} (${stage.database}) ──`)
  const began = performance.now()
  const counts = await runStage(stage, root, filters)
  total = addCounts(total, counts)
  summary.push(`${stage.name.padEnd(8)} ${formatCounts(counts)} in ${Math.round((performance.now() - began) / 1000)} s`)
}

// A run that saw no test has shown nothing.
if (total.passed + total.failed === 0) total.failed = 1
console.log(`\n${summary.join('\n')}\n`)
console.log(formatCounts(total))
if (missing.size > 0) console.log(`Left out, not to be had on this machine: ${[...missing.values()].join(', ')}`)
process.exitCode = total.failed === 0 ? 0 : 1
