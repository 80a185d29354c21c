// `npm run check`: all that can be said of the code without running it, the checks side by side.
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { runProgram } from './check/run-program.ts'
import { checkStages, type Stage } from './check/stages.ts'

const root = resolve(import.meta.dirname, '..')
process.chdir(root)

const listed = await runProgram('git', ['ls-files', '--cached', '--others', '--exclude-standard'], root)
const deleted = await runProgram('git', ['ls-files', '--deleted'], root)
if (listed.code !== 0) throw new Error(`git could not list the files:\n${listed.output}`)
const gone = new Set(deleted.output.split('\n'))
const files = listed.output.split('\n').filter((file) => file !== '' && !gone.has(file))

const began = performance.now()
const waiting = checkStages(root, files)
const failures: string[] = []

async function work(): Promise<void> {
  for (let stage = waiting.shift(); stage !== undefined; stage = waiting.shift()) await runStage(stage)
}

async function runStage({ name, run }: Stage): Promise<void> {
  const start = performance.now()
  const fault = await run()
  console.log(`${fault === '' ? '✓' : '✗'} ${name} ${secondsSince(start)} s`)
  if (fault !== '') failures.push(`\n── ${name} ──\n${fault}`)
}

function secondsSince(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(1)
}

await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work))
if (failures.length > 0) console.log(failures.join('\n'))
console.log(
  `\n${failures.length === 0 ? 'All checks passed' : `${failures.length} failed`} in ${secondsSince(began)} s`,
)
process.exitCode = failures.length === 0 ? 0 : 1
