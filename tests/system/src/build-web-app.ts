import { resolve } from 'node:path'
import { createReporter } from '../../../scripts/runtime-report.mjs'
import { buildWeb } from '../../../scripts/start/build-web.ts'

const buildSeconds = 120

/** vitest's global setup: the tests' servers, and `npm start` under test, all find the web app built and leave it alone. */
export async function setup(): Promise<void> {
  await buildWeb(resolve(import.meta.dirname, '../../..'), createReporter(), AbortSignal.timeout(buildSeconds * 1000))
}
