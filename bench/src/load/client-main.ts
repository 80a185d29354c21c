// The load client: a process of its own, so that nothing else takes its turns. It is sent jobs and answers each.
import type { Job } from './job.ts'
import { runJob } from './run-job.ts'

process.on('message', (job: Job) => {
  runJob(job).then(
    (measured) => process.send?.({ measured }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.once('disconnect', () => process.exit())
