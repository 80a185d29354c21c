import { collectDefaultMetrics, Registry } from 'prom-client'
import { createHttpMetrics } from './http-metrics.ts'
import { createJournalMetrics } from './journal-metrics.ts'
import { createModelMetrics } from './model-metrics.ts'
import { createPeopleMetrics } from './people-metrics.ts'
import { createRunMetrics } from './run-metrics.ts'
import { createToolMetrics } from './tool-metrics.ts'

/**
 * What this process counts of its own work; what it is at the moment of reading is in `gauge-state.ts`. Labels are bounded:
 * routes' patterns, models, servers, outcomes; never an id, an address or a person.
 */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of misnamed) registry.removeSingleMetric(name)
  const registers = [registry]
  return {
    registry,
    ...createHttpMetrics(registers),
    ...createRunMetrics(registers),
    ...createModelMetrics(registers),
    ...createToolMetrics(registers),
    ...createJournalMetrics(registers),
    ...createPeopleMetrics(registers),
  }
}

export type Metrics = ReturnType<typeof createMetrics>

/** Gauges that are called like counters, which `promtool check metrics` refuses; the same without `_total` are kept. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']
