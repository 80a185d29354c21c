import type { Doorbell, Ring } from './doorbell.ts'

/** Rings within this process: heard before `ring` returns, by whoever listens now. */
export class InProcessDoorbell implements Doorbell {
  readonly #hearers = new Map<string, Set<(ring: Ring) => void>>()

  ring(ring: Ring): void {
    // A copy: whoever starts to listen while it rings hears the next one.
    const hearers = Array.from(this.#hearers.get(ring.runId) ?? [])
    for (const hear of hearers) {
      try {
        hear(ring)
      } catch (error) {
        // One reader's fault must not reach the writer or the other readers; it is thrown where the process reports faults.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }

  listen(runId: string, hear: (ring: Ring) => void): () => void {
    // The same function may listen twice, and each stops for itself.
    const own = (ring: Ring): void => hear(ring)
    const hearers = this.#hearers.get(runId) ?? new Set()
    this.#hearers.set(runId, hearers.add(own))
    return () => {
      if (hearers.delete(own) && hearers.size === 0 && this.#hearers.get(runId) === hearers) this.#hearers.delete(runId)
    }
  }

  /** Whether anybody listens for this run. */
  has(runId: string): boolean {
    return this.#hearers.has(runId)
  }

  connected(): boolean {
    return true
  }

  async close(): Promise<void> {
    this.#hearers.clear()
  }
}
