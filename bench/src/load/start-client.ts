import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Job, Measured } from './job.ts'

export interface LoadClient {
  /** One job at a time. */
  run(job: Job): Promise<Measured>
  close(): void
}

export function startClient(): LoadClient {
  const child = fork(join(import.meta.dirname, 'client-main.ts'))
  return {
    run: async (job) => {
      child.send(job)
      const [answer] = (await once(child, 'message')) as [{ measured?: Measured; error?: string }]
      if (answer.measured === undefined) throw new Error(answer.error)
      return answer.measured
    },
    close: () => void child.kill(),
  }
}
