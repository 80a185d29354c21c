import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino, stdTimeFunctions } from 'pino'
import { createApp } from './app.ts'
import { indexAssets } from './assets.ts'
import { ConfigError, readConfig, type ServerConfig } from './config.ts'
import { startTracing } from './start-tracing.ts'

const folder = join(import.meta.dirname, '..')

/** Connections that may wait to be let in, as at the orchestrator's door; the system may allow fewer. */
const BACKLOG = 4096

try {
  await start(readConfig())
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

async function start(config: ServerConfig): Promise<void> {
  const log = pino({
    level: config.logLevel,
    base: { service: 'frontend' },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  })
  const assets = indexAssets(join(folder, 'dist'))
  if (assets.size === 0) throw new ConfigError('The web app is not built. Run `npm run build -w frontend`.')
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const tracer = await startTracing(config, version, log)
  const app = createApp({ config, assets, version, log, tracer })
  app.addHook('onClose', () => tracer.close())

  await app.listen({ host: config.host, port: config.port, backlog: BACKLOG }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE'
      ? new ConfigError(`Port ${config.port} is taken. Stop what uses it, or set FRONTEND_PORT to another.`)
      : error
  })
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : config.port
  process.send?.({ type: 'ready', port })
  // The channel alone must not keep this process alive, and losing it means that whoever started it is gone.
  process.channel?.unref()

  const close = () => void app.close()
  process.once('SIGTERM', close).once('SIGINT', close).once('disconnect', close)
}
