import { resolve } from 'node:path'
import { buildWeb } from '../../../../scripts/start/build-web.ts'
import { createReporter } from '../../../../scripts/runtime-report.mjs'

/** Builds the web app, unless it is built from these very sources already, as `npm start` would. */
export async function builtWebApp(): Promise<void> {
  await buildWeb(resolve(import.meta.dirname, '../../../..'), createReporter(), AbortSignal.timeout(120_000))
}
