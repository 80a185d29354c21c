import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'

/** The place a system runs in, as far as an operator may look into it. */
export interface Where {
  /** One line about each thing that runs; throws with what does not run as it should. */
  states(): Promise<string>
  /** The output of a program in the orchestrator's container. */
  runInOrchestrator(command: string[]): Promise<string>
}

const run = async (program: string, args: string[]): Promise<string> =>
  (await promisify(execFile)(program, args, { timeout: 60_000, maxBuffer: 32 * 1024 * 1024 })).stdout

/** The service of docker-compose.yml that does its work and ends. */
const oneShot = 'setup'

/** Compose, in the current folder's project. */
export function composeWhere(): Where {
  const rowSchema = z.object({ Service: z.string(), State: z.string(), Health: z.string(), ExitCode: z.number() })
  return {
    states: async () => {
      const output = await run('docker', ['compose', 'ps', '--all', '--format', 'json'])
      const rows = output
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => rowSchema.parse(JSON.parse(line)))
      if (rows.length === 0) throw new Error('no container of this project runs: docker compose up --wait')
      const right = (row: (typeof rows)[number]) =>
        (row.State === 'running' && ['', 'healthy'].includes(row.Health)) ||
        (row.Service === oneShot && row.State === 'exited' && row.ExitCode === 0)
      const wrong = rows.filter((row) => !right(row)).map((row) => `${row.Service} is ${row.Health || row.State}`)
      if (wrong.length > 0) throw new Error(wrong.join(', '))
      return `${rows.filter((row) => row.State === 'running').length} containers run`
    },
    runInOrchestrator: (command) => run('docker', ['compose', 'exec', '-T', 'orchestrator', ...command]),
  }
}

/** A namespace of the cluster that kubectl talks to. */
export function kubernetesWhere(namespace: string): Where {
  const condition = z.object({ type: z.string(), status: z.string() })
  const podsSchema = z.object({
    items: z.array(
      z.object({
        metadata: z.object({ name: z.string() }),
        status: z.object({ phase: z.string(), conditions: z.array(condition).default([]) }),
      }),
    ),
  })
  return {
    states: async () => {
      const { items } = podsSchema.parse(
        JSON.parse(await run('kubectl', ['get', 'pods', '-n', namespace, '-o', 'json'])),
      )
      if (items.length === 0) throw new Error(`no pod runs in ${namespace}`)
      const isReady = ({ status }: (typeof items)[number]) =>
        status.phase === 'Succeeded' ||
        status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True')
      const wrong = items.filter((pod) => !isReady(pod)).map((pod) => `${pod.metadata.name} is ${pod.status.phase}`)
      if (wrong.length > 0) throw new Error(wrong.join(', '))
      return `${items.length} pods are ready`
    },
    runInOrchestrator: (command) =>
      run('kubectl', ['exec', '-n', namespace, 'deployment/orchestrator', '--', ...command]),
  }
}
