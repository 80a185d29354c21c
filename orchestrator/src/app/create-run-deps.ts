import type { Tracer } from '@ai-assistant/telemetry/tracer'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { newId } from '../lib/new-id.ts'
import type { ModelChoice } from '../models/open-model-choice.ts'
import { loadPrompt } from '../runs/load-prompt.ts'
import { observeRuns } from '../runs/observe-runs.ts'
import { readItems } from '../runs/resume-run.ts'
import type { RunDeps } from '../runs/run-context.ts'
import type { Database } from '../storage/database.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { ManagedToolSet } from '../tools/create-tool-set.ts'
import { createToolConsents } from '../tools/tool-consents.ts'
import type { Prices } from '../usage/prices.ts'

/** What runs need of the rooms below them. */
export function createRunDeps(parts: {
  config: Config
  database: Database
  log: Logger
  metrics: Metrics
  tracer: Tracer
  model: ModelChoice
  tools: ManagedToolSet
  prices: Prices
}): RunDeps {
  const { config, database, log, metrics, tracer, model, tools, prices } = parts
  const consents = createToolConsents(database)
  const sources = { database, tools, appName: config.appName, now: () => new Date() }
  return {
    model: () => model.current(),
    tools,
    prompt: (context, current) => loadPrompt(sources, context, current),
    loadItems: (runId) => database.asSystem((tx) => readItems(tx, runId)),
    consents: (personId) => consents.of(personId),
    price: (name, usage) => prices.of(name, usage),
    newId,
    clock: () => performance.now(),
    log,
    tracer,
    observe: observeRuns(metrics, prices),
  }
}
