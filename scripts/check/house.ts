/** A package as the floors see it: its source folder and, for each room in it, the floor it is on. */
export interface House {
  source: string
  /** Room to floor; a room is a folder, or a file at the top. `features/*` makes each folder below a room of its own. */
  floors: Record<string, number>
  /** The packages that its source may import; absent where any is fine. */
  packages?: string[]
  /** Packages that only these rooms may import. */
  reserved: { packages: string[]; rooms: string[] }[]
}

const orchestratorFloors = [
  ['lib'],
  ['telemetry', 'config'],
  ['storage', 'doorbell', 'redis', 'files', 'secrets', 'mail', 'outbound'],
  ['journal', 'models', 'mcp', 'audit', 'jobs', 'providers'],
  ['conversations', 'knowledge', 'tools', 'users', 'access', 'usage', 'limits', 'health', 'backup'],
  ['runs'],
  ['http'],
  ['app'],
  ['app.ts'],
  ['main.ts'],
]

/** A room imports its own files and rooms on lower floors; never sideways, never up. Tests are bound by none of it. */
export const houses: House[] = [
  {
    source: 'orchestrator/src',
    floors: Object.fromEntries(orchestratorFloors.flatMap((rooms, floor) => rooms.map((room) => [room, floor]))),
    reserved: [
      { packages: ['@modelcontextprotocol/client'], rooms: ['mcp'] },
      { packages: ['pg', '@electric-sql/pglite'], rooms: ['storage'] },
      { packages: ['ioredis'], rooms: ['redis', 'doorbell', 'limits'] },
      { packages: ['fastify'], rooms: ['http'] },
      { packages: ['undici'], rooms: ['models', 'outbound', 'mcp', 'backup'] },
      { packages: ['node:process', 'process'], rooms: ['config'] },
    ],
  },
  {
    source: 'frontend/src',
    floors: { lib: 0, 'components/ui': 1, 'features/*': 2, app: 3, 'main.tsx': 4 },
    reserved: [{ packages: ['fastify', 'undici', 'pino', 'prom-client'], rooms: [] }],
  },
  { source: 'frontend/server', floors: { '*': 0 }, reserved: [{ packages: ['react', 'react-dom'], rooms: [] }] },
  { source: 'telemetry/src', floors: { '*': 0 }, packages: ['node:'], reserved: [] },
  { source: 'contract/src', floors: { '*': 0 }, packages: ['zod'], reserved: [] },
  {
    source: 'mcp_servers/example/src',
    floors: { '*': 0 },
    // Meant to be copied out of this repository: with its tracing, or without.
    packages: ['@modelcontextprotocol/server', '@modelcontextprotocol/node', '@ai-assistant/telemetry', 'zod', 'node:'],
    reserved: [],
  },
]
