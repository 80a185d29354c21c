import { spawn } from 'node:child_process'
import { must, type Tally } from '@ai-assistant/deploy-tests/tally'
import type { Programs } from './programs.ts'
import type { System } from './start-system.ts'

/** Reads every server's metrics as Prometheus would, has them judged, and looks for labels that are not bounded. */
export async function checkMetrics(tally: Tally, programs: Programs, system: System): Promise<void> {
  for (const server of [system.replicas[0], system.web, system.tools]) {
    await tally.check(`the metrics of ${server.name} are clean`, async () => {
      const headers = { authorization: `Bearer ${system.metricsToken}` }
      const answer = await fetch(`${server.url}/metrics`, { headers })
      must(answer.ok, `/metrics answered ${answer.status}`)
      const text = await answer.text()
      const verdict = await judge(programs.promtool, text)
      must(verdict === '', verdict)
      const unbounded = text.split('\n').filter((line) => /[0-9a-f]{8}-[0-9a-f]{4}-|="https?:|@/.test(line))
      must(unbounded.length === 0, `an id, an address or a person in a label:\n${unbounded.join('\n')}`)
      return `${text.split('\n').filter((line) => line.startsWith('# TYPE')).length} metrics`
    })
  }
}

/** What `promtool check metrics` finds wrong. */
function judge(promtool: string, text: string): Promise<string> {
  const child = spawn(promtool, ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => (said += part))
  }
  child.stdin.end(text)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code === 0 ? said : said || `exit code ${code}`))
  })
}
