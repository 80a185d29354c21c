import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { run, tryRun } from './run.ts'

/** A Docker engine to try things on. */
export interface Engine {
  /** What programs need in their environment to reach it. */
  env: Record<string, string>
  /** The network namespace its published ports are in; null: this one. */
  namespace: string | null
  stop(): Promise<void>
}

const scripts = resolve(import.meta.dirname, '../lab')

/** The images of others that the tests run; an engine must have them, or be able to fetch them. */
const baseImages = [
  'node:24-bookworm-slim',
  'pgvector/pgvector:pg17',
  'redis:7-alpine',
  'nginx:1.27-alpine',
  'prom/prometheus:v2.53.3',
  'grafana/grafana:11.4.0',
  'prom/alertmanager:v0.28.1',
  'jaegertracing/all-in-one:1.62.0',
]

/** Said where the engine is our own. */
export const standIns = `The images of others are stand-ins: PostgreSQL, Redis, nginx, Prometheus and Alertmanager are Debian's, grafana/grafana only
answers, and jaegertracing/all-in-one only takes traces and tells whose they are. The published images themselves are not tried.`

/**
 * The engine at hand if it has the base images or can fetch them; else one of our own, with stand-ins for them, where this
 * machine allows it. Resolves to the reason where neither can be had.
 */
export async function findEngine(): Promise<Engine | string> {
  if (await servesAll()) return { env: {}, namespace: null, stop: async () => {} }
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version'))
    return 'a Docker engine with its base images (one of our own needs root on Debian)'
  const folder = join(homedir(), '.cache/ai-assistant-deploy-lab')
  const output = await run(join(scripts, 'start.sh'), [folder, process.execPath], { timeout: 900_000 })
  const { NETWORK_NAMESPACE: namespace = null, ...env } = Object.fromEntries(
    output.split('\n').flatMap((line) => {
      const at = line.indexOf('=')
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]]
    }),
  )
  return { env, namespace, stop: async () => void (await run(join(scripts, 'stop.sh'), [folder])) }
}

async function servesAll(): Promise<boolean> {
  const info = await tryRun('docker', ['info'], { timeout: 20_000 }).catch(() => null)
  if (info?.code !== 0) return false
  for (const image of baseImages) {
    if ((await tryRun('docker', ['image', 'inspect', image])).code === 0) continue
    if ((await tryRun('docker', ['pull', '--quiet', image], { timeout: 600_000 })).code !== 0) return false
  }
  return true
}
