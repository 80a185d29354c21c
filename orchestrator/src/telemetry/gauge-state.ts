import { Gauge, type Registry } from 'prom-client'
import { withinTime } from './within-time.ts'

/** How things are at the moment somebody reads the metrics. */
export interface StateSources {
  version: string
  /** Answers this process writes now. */
  runs(): number
  readers(): number
  pool(): { open: number; idle: number; waiting: number }
  /** Connections that may be open at most. */
  poolLimit: number
  /** Whether wake-ups of other processes arrive. */
  doorbellConnected(): boolean
  toolServers(): { name: string; connected: boolean }[]
  model(): { id: string; breakerOpen: boolean }
  /** Answers of all replicas that have not ended; slow or rejecting where the database is. */
  openRuns(): Promise<{ running: number; waiting: number; lost: number }>
}

/** Adds the gauges, each read when the metrics are. */
export function gaugeState(registry: Registry, sources: StateSources): void {
  const registers = [registry]
  new Gauge({ name: 'build_info', help: 'Which version runs', labelNames: ['version'], registers }).set(
    { version: sources.version },
    1,
  )
  gaugeProcess(registers, sources)
  gaugePeers(registers, sources)
  new Gauge({
    name: 'runs_open',
    help: 'Answers of all replicas that have not ended, by state; lost are those that run without a living worker',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset()
      const open = await withinTime(sources.openRuns())
      if (open === null) return
      this.set({ state: 'running' }, open.running)
      this.set({ state: 'waiting' }, open.waiting)
      this.set({ state: 'lost' }, open.lost)
    },
  })
}

function gaugeProcess(registers: Registry[], sources: StateSources): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }
  gauge('runs_active', 'Answers this process writes now', () => sources.runs())
  gauge('stream_readers', 'Open event streams of this process', () => sources.readers())
  gauge('database_connections_limit', 'Connections to the database that may be open', () => sources.poolLimit)
  gauge('doorbell_connected', "Whether other processes' wake-ups arrive", () => Number(sources.doorbellConnected()))
  new Gauge({
    name: 'database_connections',
    help: 'Connections to the database, by state; waiting are requests for one',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(sources.pool())) this.set({ state }, count)
    },
  })
}

function gaugePeers(registers: Registry[], sources: StateSources): void {
  new Gauge({
    name: 'tool_server_up',
    help: 'Whether a tool server is connected',
    labelNames: ['server'],
    registers,
    collect() {
      this.reset()
      for (const { name, connected } of sources.toolServers()) this.set({ server: name }, Number(connected))
    },
  })
  new Gauge({
    name: 'model_breaker_open',
    help: 'Whether the model has failed so often that it is left alone for a while',
    labelNames: ['model'],
    registers,
    collect() {
      this.reset()
      const { id, breakerOpen } = sources.model()
      this.set({ model: id }, Number(breakerOpen))
    },
  })
}
