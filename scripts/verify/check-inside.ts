import { readySchema } from '../../contract/src/index.ts'
import type { Report } from './report.ts'
import type { Where } from './where.ts'

/** Prints what the orchestrator answers to itself at a path, with the metrics token it was given. */
const ask = (path: string): string[] => [
  'node',
  '-e',
  `const { readFileSync } = require('fs')
   const { METRICS_TOKEN, METRICS_TOKEN_FILE, ORCHESTRATOR_PORT = 8000 } = process.env
   const token = METRICS_TOKEN || (METRICS_TOKEN_FILE ? readFileSync(METRICS_TOKEN_FILE, 'utf8').trim() : '')
   fetch('http://127.0.0.1:' + ORCHESTRATOR_PORT + '${path}', { headers: token ? { authorization: 'Bearer ' + token } : {} })
     .then((answer) => answer.text()).then((text) => process.stdout.write(text))`,
]

/** What is seen only from where it runs. */
export async function checkInside(report: Report, where: Where): Promise<void> {
  await report.check('Containers', () => where.states())
  await report.check('Database and parts', async () => {
    const ready = readySchema.parse(JSON.parse(await where.runInOrchestrator(ask('/ready'))))
    const wrong = Object.entries(ready.checks).filter(([, { ok }]) => !ok)
    if (wrong.length > 0) throw new Error(wrong.map(([name, { detail }]) => `${name}: ${detail ?? 'fails'}`).join(', '))
    return Object.keys(ready.checks).join(', ')
  })
  await report.check('Metrics, from inside', async () => {
    const text = await where.runInOrchestrator(ask('/metrics'))
    if (!text.includes('http_requests_total{')) throw new Error('http_requests_total is not among the metrics')
    return `${text.split('\n').filter((line) => /^[a-z]/.test(line)).length} series`
  })
}
