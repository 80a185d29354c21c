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
  registry: Metrics['registry'],
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
  gaugeState(registry, {
    version: config.version,
    runs: () => runs.size,
    readers: () => journal.readers.size,
    pool: () => database.stats(),
    poolLimit: config.database.kind === 'postgres' ? config.database.poolSize + config.database.maxOverflow : 1,
    doorbellConnected: () => doorbell.connected(),
    toolServers: () => tools.view().servers.map(({ name, state }) => ({ name, connected: state === 'connected' })),
    model: () => {
      const { id, breaker } = model.view()
      return { id, breakerOpen: breaker !== 'closed' }
    },
    openRuns: () => countOpenRuns(database),
  })
}
