import { parseArgs } from 'node:util'
import { startModelSimulator } from './model-simulator.ts'

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, host: { type: 'string', default: '127.0.0.1' } },
})
const simulator = await startModelSimulator({ port: Number(values.port), host: values.host })
console.log(`model simulator ready: OPENAI_BASE_URL=${simulator.url}`)

const stop = (): void => void simulator.close()
process.once('SIGINT', stop).once('SIGTERM', stop)
