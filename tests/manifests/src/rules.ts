import { readObjects } from './kube-object.ts'
import { type Connection, networkFaults } from './network-rules.ts'
import { podFaults } from './pod-rules.ts'
import { type MadeElsewhere, referenceFaults } from './reference-rules.ts'
import { systemFaults } from './system-rules.ts'

export interface Expectations {
  /** Secrets that are not among the objects. */
  secrets: MadeElsewhere
  /** null: there are no network policies on purpose. */
  connections: Connection[] | null
}

/** Every rule of ours that the objects break. */
export function faultsOf(yaml: string, { secrets, connections }: Expectations): string[] {
  const objects = readObjects(yaml)
  return [
    ...podFaults(objects),
    ...referenceFaults(objects, secrets),
    ...systemFaults(objects),
    ...(connections === null ? [] : networkFaults(objects, connections)),
  ]
}
