import { kindOf } from './kinds.ts'
import { type ClusterObject, type Fields, isFields, objectSchema } from './objects.ts'
import type { Ended } from './exec-socket.ts'
import type { Store } from './store.ts'

/** Runs the command of a container; what it needs of its environment is for whoever runs it to give. */
export type RunCommand = (command: string[], pod: ClusterObject) => Promise<Ended>

const podKind = kindOf('Pod')
const jobKind = kindOf('Job')

/** Does what a cluster does with objects: Deployments and StatefulSets get pods, Jobs and single pods run and end. */
export class Controllers {
  /** What each pod that ended has written. */
  readonly logs = new Map<string, Promise<string>>()
  readonly #store: Store
  readonly #run: RunCommand

  constructor(store: Store, run: RunCommand) {
    this.#store = store
    this.#run = run
  }

  /** What the object is stored as: with what the cluster itself adds. */
  complete(object: ClusterObject): ClusterObject {
    const { kind, metadata, spec = {} } = object
    if (kind === 'Secret' && object.stringData !== undefined) {
      const { stringData, ...rest } = object
      const added = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
      return { ...rest, data: { ...object.data, ...Object.fromEntries(added) } }
    }
    if (kind === 'Deployment' || kind === 'StatefulSet') {
      const replicas = typeof spec['replicas'] === 'number' ? spec['replicas'] : 1
      const counts = { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas }
      const observedGeneration = (metadata.generation ?? 0) + 1
      const conditions = [{ type: 'Available', status: 'True' }]
      return { ...object, status: { observedGeneration, ...counts, currentReplicas: replicas, conditions } }
    }
    if (kind === 'Job' && spec['selector'] === undefined) {
      const own = { 'job-name': metadata.name }
      const template = objectSchema.shape.spec.parse(spec['template']) ?? {}
      const labels = { ...fieldsAt(template, 'metadata', 'labels'), ...own }
      return {
        ...object,
        spec: { ...spec, selector: { matchLabels: own }, template: { ...template, metadata: { labels } } },
      }
    }
    return object
  }

  /** What follows from an object that is new or has changed. */
  follow(object: ClusterObject): void {
    const { kind, metadata, spec = {} } = object
    if (kind === 'Deployment' || kind === 'StatefulSet') this.#addPod(object, `${metadata.name}-0`, running)
    if (kind === 'Job' && object.status === undefined) this.#runJob(object)
    if (kind === 'Pod' && object.status === undefined) {
      this.#store.put(podKind, { ...object, status: running })
      void this.#runPod(object, commandOf(spec))
    }
  }

  #addPod({ metadata: { namespace }, spec = {} }: ClusterObject, name: string, status: Fields): ClusterObject {
    const template = spec['template']
    const labels = isFields(template) ? fieldsAt(template, 'metadata', 'labels') : {}
    const metadata = { name, namespace, labels }
    const podSpec = isFields(template) ? template['spec'] : {}
    return this.#store.put(
      podKind,
      objectSchema.parse({ apiVersion: 'v1', kind: 'Pod', metadata, spec: podSpec, status }),
    )
  }

  #runJob(job: ClusterObject): void {
    const pod = this.#addPod(job, `${job.metadata.name}-0`, running)
    this.#store.put(jobKind, { ...job, status: { active: 1 } })
    void this.#runPod(pod, commandOf(pod.spec ?? {})).then((code) => {
      const conditions = [{ type: code === 0 ? 'Complete' : 'Failed', status: 'True' }]
      const now = this.#store.get(jobKind, job.metadata.namespace, job.metadata.name)
      if (now !== undefined)
        this.#store.put(jobKind, {
          ...now,
          status: code === 0 ? { succeeded: 1, conditions } : { failed: 1, conditions },
        })
    })
  }

  async #runPod(pod: ClusterObject, command: string[]): Promise<number> {
    const { name, namespace } = pod.metadata
    const ended = this.#run(command, pod)
    this.logs.set(
      `${namespace}/${name}`,
      ended.then(({ stdout, stderr }) => stdout + stderr),
    )
    const { code } = await ended
    const now = this.#store.get(podKind, namespace, name)
    if (now !== undefined)
      this.#store.put(podKind, { ...now, status: { ...now.status, phase: code === 0 ? 'Succeeded' : 'Failed' } })
    return code
  }
}

const running = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }

function fieldsAt(object: Fields, ...path: string[]): Fields {
  const found = path.reduce<unknown>((at, name) => (isFields(at) ? at[name] : undefined), object)
  return isFields(found) ? found : {}
}

function commandOf(spec: Fields): string[] {
  const [container]: unknown[] = Array.isArray(spec['containers']) ? spec['containers'] : []
  const words: unknown = isFields(container) ? container['command'] : []
  return Array.isArray(words) ? words.map(String) : []
}
