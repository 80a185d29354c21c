import { must, type Tally } from '@ai-assistant/deploy-tests/tally'
import { startTraceCollector } from '@ai-assistant/simulators/trace-collector'
import { openTracer } from '@ai-assistant/telemetry/open-tracer'
import { parseTraceparent } from '@ai-assistant/telemetry/trace-context'
import { silentTracer, type Tracer } from '@ai-assistant/telemetry/tracer'
import { tracingSettings } from '@ai-assistant/telemetry/tracing-settings'
import { AnswerPace } from '../../../orchestrator/src/runs/answer-pace.ts'
import { observeRuns } from '../../../orchestrator/src/runs/observe-runs.ts'
import { listPrices } from '../../../orchestrator/src/usage/price-list.ts'
import { createPrices } from '../../../orchestrator/src/usage/prices.ts'
import { createMetrics } from '../../../orchestrator/src/telemetry/metrics.ts'

/** Often enough that the compiler has seen all there is. */
const TIMES = 200_000
const WARM = 20_000

/** What telemetry costs in time of the processor, by itself: the same calls that a request, a token and an answer make. */
export async function costStage(tally: Tally): Promise<void> {
  tally.begin('cost')
  const metrics = createMetrics()
  const observe = observeRuns(metrics, createPrices([listPrices]))
  const labels = { method: 'POST', path: '/api/chat', status: '202' }
  const pace = new AnswerPace({ clock: () => performance.now(), observe, receivedAt: null })
  pace.calling('m')
  await tell(tally, 'metrics, a request', () => {
    metrics.requests.inc(labels)
    metrics.requestSeconds.observe(labels, 0.012)
  })
  await tell(tally, 'metrics, a token of the model', () => {
    observe.stall('m', 0.02)
    pace.arrived()
  })
  await tell(tally, 'metrics, a commit', () => {
    pace.shown()
    metrics.commitSeconds.observe(0.003)
    metrics.commitRows.observe(4)
  })
  await tell(tally, 'traces off, an answer', () => answer(silentTracer))
  const collector = await startTraceCollector()
  const counted = { sent: 0, dropped: 0 }
  const settings = tracingSettings({
    endpoint: collector.url,
    headers: null,
    jaegerHost: null,
    jaegerPort: null,
    serviceName: null,
    attributes: null,
    sampler: 'parentbased_always_on',
    ratio: 1,
  })
  must(settings !== null, 'tracing is off')
  if (settings === null) return
  const tracer = openTracer({
    settings,
    service: 'cost',
    version: '0',
    environment: 'test',
    log: console,
    observe: (outcome, spans) => (counted[outcome] += spans),
  })
  await tally.check('traces on, an answer of four spans, sent', async () => {
    const [rounds, each] = [60, 100]
    await spend(tracer, 5, each)
    const micros = await spend(tracer, rounds, each)
    must(counted.dropped === 0, `${counted.dropped} spans were dropped`)
    return `${(micros / (rounds * each)).toFixed(1)} µs of the processor, encoding and sending (and their receiver here) included`
  })
  await tracer.close()
  await collector.close()
}

/** Makes answers in rounds, and lets the spans of each leave before the next. */
async function spend(tracer: Tracer, rounds: number, each: number): Promise<number> {
  const before = process.cpuUsage()
  for (let round = 0; round < rounds; round++) {
    for (let at = 0; at < each; at++) answer(tracer)
    await tracer.close()
  }
  return microsSince(before)
}

/** The spans of a question whose answer calls one tool: the request, the run, the model twice in one, and the tool. */
function answer(tracer: Tracer): void {
  const caller = parseTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00')
  const attributes = { 'http.request.method': 'POST', 'http.route': '/api/chat' }
  const request = tracer.start('POST /api/chat', { kind: 'server', parent: caller, attributes })
  const run = tracer.start('invoke_agent assistant', { kind: 'internal', parent: request.context, attributes })
  const model = tracer.start('chat m', { kind: 'client', parent: run.context, attributes })
  model.event('first_token')
  model.set({ 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 200 })
  model.end()
  tracer.start('execute_tool t', { kind: 'client', parent: run.context, attributes }).end()
  run.end()
  request.end()
}

async function tell(tally: Tally, name: string, work: () => void): Promise<void> {
  await tally.check(name, async () => {
    for (let at = 0; at < WARM; at++) work()
    const before = process.cpuUsage()
    for (let at = 0; at < TIMES; at++) work()
    return `${(microsSince(before) / TIMES).toFixed(2)} µs of the processor`
  })
}

function microsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return user + system
}
