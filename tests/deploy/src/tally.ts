/** Counts what was shown, and tells it line by line. */
export class Tally {
  passed = 0
  failed = 0
  #stage = ''
  readonly #stages: string[] = []

  begin(stage: string): void {
    this.#stage = stage
    this.#stages.push(stage)
    console.log(`\n── ${stage} ──`)
  }

  /** Runs a check. It resolves to what it saw, and throws where that is not right; the checks after it still run. */
  async check(name: string, look: () => Promise<string | void>): Promise<boolean> {
    const began = performance.now()
    try {
      const seen = await look()
      this.passed += 1
      console.log(`✓ ${name}${seen ? `: ${seen}` : ''} (${secondsSince(began)})`)
      return true
    } catch (error) {
      this.failed += 1
      console.log(`✗ ${this.#stage}: ${name} (${secondsSince(began)})\n  ${explain(error).replaceAll('\n', '\n  ')}`)
      return false
    }
  }

  /** The counts on a line of their own, and last the stages that ran. */
  lastLines(began: number): string {
    return `\n${this.passed} passed, ${this.failed} failed\nStages: ${this.#stages.join(', ')} in ${secondsSince(began)}`
  }
}

export function secondsSince(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`
}

/** Something is not as it should be. */
class Unmet extends Error {
  override name = 'Unmet'
}

/** Fails with what was seen where it is not what was wanted. */
export function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Unmet(otherwise)
}

function explain(error: unknown): string {
  if (error instanceof Unmet) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
