import { z } from 'zod'
import { endpointUrl, type ServerSpec } from './server-spec.ts'

const httpServer = z.strictObject({
  url: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  trusted: z.boolean().default(true),
  type: z.enum(['http', 'streamable-http']).optional(),
})

const stdioServer = z.strictObject({
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  trusted: z.boolean().default(true),
  type: z.literal('stdio').optional(),
})

const serversFile = z.strictObject({
  mcpServers: z.record(z.string().min(1).max(64), z.union([httpServer, stdioServer])),
})

/** Of the orchestrator's own variables a child sees these alone: what programs need to run, nothing that opens anything. */
const inheritedVariables = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SYSTEMROOT', 'TEMP', 'PATHEXT']

/**
 * Reads the operator's file of tool servers. `${NAME}` in a URL, header, command, argument or variable stands for a
 * variable of `env`. This is the one place where a command to run can come from. Throws an `Error` with every fault.
 */
export function parseServersFile(text: string, env: Readonly<Record<string, string | undefined>>): ServerSpec[] {
  const parsed = serversFile.safeParse(parseJson(text))
  if (!parsed.success) throw new Error(`The file of MCP servers is not as expected:\n${z.prettifyError(parsed.error)}`)
  const faults: string[] = []
  const specs = Object.entries(parsed.data.mcpServers).flatMap(([name, server]) => {
    try {
      return [toSpec(name, server, env)]
    } catch (error) {
      faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
      return []
    }
  })
  if (faults.length > 0) throw new Error(`The file of MCP servers is not as expected:\n${faults.join('\n')}`)
  return specs
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error('The file of MCP servers is not JSON', { cause: error })
  }
}

function toSpec(
  name: string,
  server: z.infer<typeof httpServer> | z.infer<typeof stdioServer>,
  env: Readonly<Record<string, string | undefined>>,
): ServerSpec {
  const fill = (text: string): string => interpolate(text, env)
  const fillAll = (record: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, fill(value)]))
  const shared = { id: `file:${name}`, name, trusted: server.trusted }
  if ('url' in server) {
    return { ...shared, reach: { kind: 'http', url: endpointUrl(fill(server.url)), headers: fillAll(server.headers) } }
  }
  const inherited = inheritedVariables.flatMap((key) => (env[key] === undefined ? [] : [[key, env[key]] as const]))
  return {
    ...shared,
    reach: {
      kind: 'stdio',
      command: fill(server.command),
      args: server.args.map(fill),
      env: { ...Object.fromEntries(inherited), ...fillAll(server.env) },
    },
  }
}

function interpolate(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, key: string) => {
    const value = env[key]
    if (value === undefined) throw new Error(`the variable ${key} is not set`)
    return value
  })
}
