// `npm run test:monitoring`: that alerts fire when something is broken, and only then; that they reach who is to be called,
// and are over when it is mended; that every panel of every dashboard has data. On Debian it installs what it needs.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Tally } from '@ai-assistant/deploy-tests/tally'
import { createReporter } from '../../../scripts/runtime-report.mjs'
import { buildWeb } from '../../../scripts/start/build-web.ts'
import { costOfTraces } from './cost-product.ts'
import { costStage } from './cost-stage.ts'
import { liveStage } from './live-stage.ts'
import { findPrograms } from './programs.ts'
import { rulesStage } from './rules-stage.ts'

const root = resolve(import.meta.dirname, '../../..')
const only = process.argv[2]
const began = performance.now()
const tally = new Tally()
const programs = await findPrograms()
if (programs === null) {
  console.log('Prometheus and Alertmanager are not on this machine, and cannot be installed.\n\n0 passed, 1 failed')
  process.exit(1)
}
const home = await mkdtemp(join(tmpdir(), 'ai-assistant-rules-'))
try {
  if (only === undefined || only === 'rules') await rulesStage(tally, programs, home)
  if (only === 'cost') {
    await costStage(tally)
    await costOfTraces(tally)
  }
  if (only === undefined || only === 'live') {
    await buildWeb(root, createReporter(), AbortSignal.timeout(120_000))
    await liveStage(tally, programs)
  }
} finally {
  await rm(home, { recursive: true, force: true })
}
console.log(tally.lastLines(began))
process.exitCode = tally.failed === 0 ? 0 : 1
