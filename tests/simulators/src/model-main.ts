import { parseArgs } from 'node:util'
import { startModelSimulator } from './model-simulator.ts'

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
const simulator = await startModelSimulator({ port: Number(values.port) })
console.log(`model simulator ready: OPENAI_BASE_URL=${simulator.url}`)

const stop = (): void => void simulator.close()
process.once('SIGINT', stop).once('SIGTERM', stop)
