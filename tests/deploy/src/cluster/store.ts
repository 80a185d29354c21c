import { randomUUID } from 'node:crypto'
import { apiVersion, type Kind } from './kinds.ts'
import type { ClusterObject } from './objects.ts'

export interface Change {
  version: number
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  kind: Kind
  object: ClusterObject
}

/** What the cluster holds, and every change to it in order. */
export class Store {
  version = 1
  readonly changes: Change[] = []
  readonly #objects = new Map<string, { kind: Kind; object: ClusterObject }>()
  readonly #listeners = new Set<(change: Change) => void>()

  get(kind: Kind, namespace: string | undefined, name: string): ClusterObject | undefined {
    return this.#objects.get(keyOf(kind, namespace, name))?.object
  }

  list(wanted: Kind, namespace: string | undefined): ClusterObject[] {
    return [...this.#objects.values()]
      .filter(
        ({ kind, object }) => kind === wanted && (namespace === undefined || object.metadata.namespace === namespace),
      )
      .map(({ object }) => object)
  }

  put(kind: Kind, object: ClusterObject): ClusterObject {
    const { name, namespace, generation } = object.metadata
    const old = this.get(kind, namespace, name)
    const changed = old === undefined || JSON.stringify(old.spec) !== JSON.stringify(object.spec)
    const metadata = {
      uid: randomUUID(),
      creationTimestamp: new Date().toISOString().replace(/\.\d+/, ''),
      ...old?.metadata,
      ...object.metadata,
      resourceVersion: String(this.version + 1),
      generation: (generation ?? 0) + (changed ? 1 : 0),
    }
    const stored = { ...object, apiVersion: apiVersion(kind), kind: kind.kind, metadata }
    this.#objects.set(keyOf(kind, namespace, name), { kind, object: stored })
    this.#tell({ type: old === undefined ? 'ADDED' : 'MODIFIED', kind, object: stored })
    return stored
  }

  remove(kind: Kind, namespace: string | undefined, name: string): ClusterObject | undefined {
    const object = this.get(kind, namespace, name)
    if (object === undefined) return undefined
    this.#objects.delete(keyOf(kind, namespace, name))
    this.#tell({ type: 'DELETED', kind, object })
    return object
  }

  /** Calls back with every change from now on, until what it returns is called. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #tell(change: Omit<Change, 'version'>): void {
    this.version += 1
    const told = { ...change, version: this.version }
    this.changes.push(told)
    for (const listener of this.#listeners) listener(told)
  }
}

function keyOf({ group, plural }: Kind, namespace: string | undefined, name: string): string {
  return [group, plural, namespace ?? '', name].join('/')
}
