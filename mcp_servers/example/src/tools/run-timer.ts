import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Tool } from '../tool.ts'

const input = z.strictObject({
  seconds: z.number().min(0).max(60).describe('How long to wait, in seconds; fractions are allowed.'),
  steps: z.int().min(1).max(60).default(5).describe('How often to report progress on the way.'),
})

const output = z.strictObject({ waitedSeconds: z.number().describe('How long it really took.') })

export const runTimer: Tool<typeof input, typeof output> = {
  name: 'run_timer',
  title: 'Timer',
  description:
    'Waits up to 60 seconds, reporting progress, then says so. Can be cancelled. For longer waits use a clock.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input,
  output,
  async run({ seconds, steps }, { signal, progress }) {
    const started = performance.now()
    for (let step = 1; step <= steps; step += 1) {
      // Each step aims at its own moment, so that delays do not add up.
      const due = started + (seconds * 1000 * step) / steps
      await sleep(Math.max(0, due - performance.now()), undefined, { signal })
      await progress(step, steps, `${format((seconds * step) / steps)} of ${format(seconds)} seconds`)
    }
    const waitedSeconds = Math.round(performance.now() - started) / 1000
    return { text: `The timer of ${format(seconds)} seconds is up.`, data: { waitedSeconds } }
  },
}

function format(seconds: number): string {
  return String(Math.round(seconds * 10) / 10)
}
