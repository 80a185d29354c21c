import type { Service } from './services.ts'

/** One run of vitest over some of its projects. */
export interface Stage {
  name: string
  projects: string[]
  database: 'embedded18' | 'debian' | 'pglite'
  /** Without these it is left out. */
  needs: Service[]
}

/** Everything on a new PostgreSQL; what touches a database once more on an old one and on the embedded one. */
export const stages: Stage[] = [
  {
    name: 'units',
    projects: ['contract', 'telemetry', 'orchestrator', 'frontend', 'mcp-example', 'simulators', 'faults', 'scripts'],
    database: 'embedded18',
    needs: [],
  },
  { name: 'server', projects: ['server'], database: 'embedded18', needs: [] },
  { name: 'debian', projects: ['orchestrator', 'server'], database: 'debian', needs: ['debian'] },
  { name: 'pglite', projects: ['orchestrator', 'server'], database: 'pglite', needs: [] },
  { name: 'system', projects: ['system', 'attacks'], database: 'embedded18', needs: [] },
]
