import type { Config } from '../config/config.ts'
import type { Doorbell } from '../doorbell/doorbell.ts'
import type { Journal } from '../journal/journal.ts'
import type { ModelChoice } from '../models/open-model-choice.ts'
import { countOpenRuns } from '../runs/count-open-runs.ts'
import type { RunManager } from '../runs/run-manager.ts'
import type { Database } from '../storage/database.ts'
import { gaugeState } from '../telemetry/gauge-state.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { ManagedToolSet } from '../tools/create-tool-set.ts'

/** Shows the state of the house in its metrics. */
export function watchState(
  metrics: Metrics,
  house: {
    config: Config
    database: Database
    doorbell: Doorbell
    journal: Journal
    runs: RunManager
    model: ModelChoice
    tools: ManagedToolSet
  },
): void {
  const { config, database, doorbell, journal, runs, model, tools } = house
  const known = new Set<string>()
  gaugeState(metrics.registry, {
    version: config.version,
    runs: () => runs.size,
    readers: () => journal.readers.size,
    pool: () => database.stats(),
    poolLimit: config.database.kind === 'postgres' ? config.database.poolSize + config.database.maxOverflow : 1,
    doorbellConnected: () => doorbell.connected(),
    toolServers: () => {
      const servers = tools.view().servers.map(({ name, state }) => ({ name, connected: state === 'connected' }))
      for (const { name } of servers) if (!known.has(name)) countFromZero(metrics, name)
      for (const { name } of servers) known.add(name)
      return servers
    },
    model: () => {
      const { id, breaker } = model.view()
      return { id, breakerOpen: breaker !== 'closed' }
    },
    openRuns: () => countOpenRuns(database),
  })
}

/** What begins with its first event has no rate when it matters. */
function countFromZero(metrics: Metrics, server: string): void {
  for (const outcome of ['done', 'failed', 'broken', 'unknown']) metrics.toolCalls.inc({ server, outcome }, 0)
}
