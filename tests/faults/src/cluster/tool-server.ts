import { type McpSimulator, startMcpSimulator } from '@ai-assistant/simulators/mcp-simulator'

/** What a tool did, counted over all lives of its server. */
export interface Effect {
  tool: string
  key: string
  count: number
}

/** The tool server of the lab. It may crash in mid-call and come back; what it did stays written down. */
export interface ToolServer {
  readonly port: number
  effects(): Effect[]
  kill(): Promise<void>
  restart(): Promise<void>
  close(): Promise<void>
}

/** Read-only ones run unasked, those with an effect ask a person first; `slow` leaves time to die in. */
const tools = ['echo', 'slow-200', 'effect', 'effect-idempotent', 'effect-then-cut']

export async function startToolServer(): Promise<ToolServer> {
  let life: McpSimulator = await startMcpSimulator({ name: 'lab', tools })
  const { port } = life
  const lives = [life]
  return {
    port,
    effects: () => sum(lives.flatMap((each) => each.ledger.all())),
    kill: () => life.kill(),
    restart: async () => {
      life = await startMcpSimulator({ name: 'lab', tools, port })
      lives.push(life)
    },
    close: () => life.close(),
  }
}

function sum(all: readonly Effect[]): Effect[] {
  const counts = new Map<string, Effect>()
  for (const { tool, key, count } of all) {
    const known = counts.get(`${tool} ${key}`)
    counts.set(`${tool} ${key}`, { tool, key, count: count + (known?.count ?? 0) })
  }
  return [...counts.values()]
}
