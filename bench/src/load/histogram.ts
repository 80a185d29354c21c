/** Buckets that are 2 % wide: exact enough, and of the same size for any number of samples. */
const WIDTH = 0.02

export interface Summary {
  n: number
  p50: number
  p99: number
  max: number
}

export class Histogram {
  readonly #buckets = new Map<number, number>()
  #n = 0
  #max = 0

  add(value: number): void {
    const bucket = value <= 0.001 ? -1000 : Math.round(Math.log(value) / WIDTH)
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1)
    this.#n += 1
    this.#max = Math.max(this.#max, value)
  }

  summary(): Summary | null {
    if (this.#n === 0) return null
    return { n: this.#n, p50: this.#quantile(0.5), p99: this.#quantile(0.99), max: round(this.#max) }
  }

  #quantile(share: number): number {
    let left = Math.ceil(this.#n * share)
    const buckets = [...this.#buckets].toSorted(([a], [b]) => a - b)
    for (const [bucket, count] of buckets) {
      left -= count
      if (left <= 0) return round(Math.min(this.#max, Math.exp(bucket * WIDTH)))
    }
    return round(this.#max)
  }
}

function round(value: number): number {
  return Number(value.toFixed(3))
}
