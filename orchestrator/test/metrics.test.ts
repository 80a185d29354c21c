import { expect, test } from 'vitest'
import { startApp } from './support/start-app.ts'

test('an answer is in the metrics, and no label is an id', async () => {
  const app = await startApp({ model: 'sim-len5' })
  await app.client.ask('Count')
  await expect.poll(() => metricsOf(app.url)).toContain('runs_ended_total{state="complete"')
  const text = await metricsOf(app.url)
  expect(text).toContain('http_requests_total{method="POST",path="/api/chat",status="202"} 1')
  expect(text).toContain('runs_started_total{kind="submit"} 1')
  expect(text).toContain('first_token_overhead_seconds_count{model="sim-len5"} 1')
  expect(text).toContain('answer_longest_pause_seconds_count{model="sim-len5"} 1')
  expect(text).toMatch(/openai_tokens_used_total\{model="sim-len5",kind="output"\} [5-9]/)
  expect(text).toContain('runs_open{state="running"} 0')
  expect(text).toContain('database_connections{state="waiting"} 0')
  expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/)
})

test('a stream counts until its head, not until its end', async () => {
  const app = await startApp({ model: 'sim-ttft300-itl5-len100' })
  const began = performance.now()
  await app.client.ask('Count')
  const elapsed = (performance.now() - began) / 1000
  const seconds = async () =>
    Number(
      /duration_seconds_sum\{method="GET",path="[^"]*events",status="200"\} (\S+)/.exec(await metricsOf(app.url))?.[1],
    )
  await expect.poll(seconds).toBeLessThan(elapsed / 2)
})

test('PROMETHEUS_ENABLED=false offers no metrics', async () => {
  const app = await startApp({ env: { PROMETHEUS_ENABLED: 'false' } })
  expect((await fetch(`${app.url}/metrics`)).status).toBe(404)
})

async function metricsOf(url: string): Promise<string> {
  const answer = await fetch(`${url}/metrics`)
  expect(answer.status).toBe(200)
  return answer.text()
}
