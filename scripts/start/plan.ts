import path from 'node:path'
import type { Config } from '../../orchestrator/src/config/config.ts'
import { variableList } from '../../orchestrator/src/config/env.ts'
import { viteIn } from './build-web.ts'
import type { PortWish } from './ports.ts'
import { serviceToken } from './service-token.ts'
import type { ServiceSpec } from './service.ts'

export interface Surroundings {
  root: string
  /** The process's environment over `.env`. */
  env: Record<string, string | undefined>
  config: Config
  dev: boolean
}

export type PortName = 'orchestrator' | 'web' | 'tools' | 'moreTools'

/** Where the example servers listen, as the example configuration writes it. */
const examples = ['http://localhost:8001', 'http://localhost:8002']

/** The addresses of the example servers are theirs to start: where none are configured, or exactly these. */
function startsExamples({ config }: Surroundings): boolean {
  return config.mcp.urls.length === 0 || examplesConfigured(config)
}

export function portWishes(around: Surroundings): Record<PortName, PortWish> {
  const { config, env, dev } = around
  const isSet = (name: string) => Boolean(env[name]?.trim())
  const example = { variable: 'MCP_DISCOVERY_URLS', configured: examplesConfigured(config) }
  return {
    orchestrator: {
      who: 'the orchestrator',
      variable: 'ORCHESTRATOR_PORT',
      port: config.http.port,
      configured: isSet('ORCHESTRATOR_PORT'),
    },
    web: {
      who: 'the web app',
      variable: 'FRONTEND_PORT',
      port: dev && !isSet('FRONTEND_PORT') ? 3000 : config.frontend.port,
      configured: isSet('FRONTEND_PORT'),
    },
    tools: { who: 'the example MCP server', port: 8001, ...example },
    moreTools: { who: 'the second example MCP server', port: 8002, ...example },
  }
}

/** What to start. Each server is told only what it needs: the web app's and the tools' know no secret of others. */
export function planServices(around: Surroundings, ports: Record<PortName, number>) {
  const { root, env, config, dev } = around
  const token = config.mcp.serviceToken ?? (startsExamples(around) ? serviceToken(config.dataDir) : null)
  const publicUrl = env['PUBLIC_URL']?.trim() ? config.http.publicUrl : `http://localhost:${ports.web}`
  const common = {
    ...withoutSecrets(env),
    DATA_DIR: config.dataDir,
    ORCHESTRATOR_URL: `http://${reachable(config.http.host)}:${ports.orchestrator}`,
    PUBLIC_URL: publicUrl,
    FRONTEND_PORT: String(ports.web),
  }
  const orchestrator: ServiceSpec = {
    name: 'the orchestrator',
    args: [path.join(root, 'orchestrator', 'src', 'main.ts')],
    cwd: root,
    env: {
      ...env,
      ...common,
      ORCHESTRATOR_PORT: String(ports.orchestrator),
      ...(startsExamples(around) ? { MCP_DISCOVERY_URLS: exampleUrls(config, ports).join(',') } : {}),
      ...(token === null || env['MCP_SERVICE_TOKEN_FILE'] ? {} : { MCP_SERVICE_TOKEN: token }),
    },
  }
  const web: ServiceSpec = dev ? viteServer(root, common, ports.web) : webServer(around, common)
  const tools = startsExamples(around)
    ? [exampleServer(root, common, ports.tools, token), exampleServer(root, common, ports.moreTools, token)]
    : []
  return { orchestrator, web, tools, publicUrl }
}

/** The host by which this machine reaches a server that listens there. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

function examplesConfigured(config: Config): boolean {
  return config.mcp.urls.length === examples.length && examples.every((url) => config.mcp.urls.includes(url))
}

function exampleUrls(config: Config, ports: Record<PortName, number>): string[] {
  return examplesConfigured(config)
    ? config.mcp.urls
    : [`http://127.0.0.1:${ports.tools}`, `http://127.0.0.1:${ports.moreTools}`]
}

function webServer({ root, env }: Surroundings, common: ServiceSpec['env']): ServiceSpec {
  return {
    name: "the web app's server",
    args: [path.join(root, 'frontend', 'server', 'main.ts')],
    cwd: root,
    env: { ...common, METRICS_TOKEN: env['METRICS_TOKEN'], METRICS_TOKEN_FILE: env['METRICS_TOKEN_FILE'] },
  }
}

function viteServer(root: string, common: ServiceSpec['env'], port: number): ServiceSpec {
  return {
    name: 'the web app',
    args: [viteIn(root), '--port', String(port), '--strictPort', '--clearScreen', 'false'],
    cwd: path.join(root, 'frontend'),
    env: common,
    readyUrl: `http://localhost:${port}/`,
  }
}

function exampleServer(root: string, common: ServiceSpec['env'], port: number, token: string | null): ServiceSpec {
  return {
    name: `the example MCP server on ${port}`,
    args: [path.join(root, 'mcp_servers', 'example', 'src', 'main.ts')],
    cwd: root,
    env: {
      ...common,
      HOST: '127.0.0.1',
      MCP_EXAMPLE_PORT: String(port),
      ...(token === null ? {} : { MCP_SERVICE_TOKEN: token }),
    },
    readyUrl: `http://127.0.0.1:${port}/health`,
  }
}

function withoutSecrets(env: Record<string, string | undefined>): Record<string, string | undefined> {
  const secrets = new Set(variableList.flatMap(([name, { secret }]) => (secret ? [name, `${name}_FILE`] : [])))
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secrets.has(name)))
}
