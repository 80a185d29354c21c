/** What was checked, line by line, and how it came out. */
export class Report {
  passed = 0
  failed = 0
  leftOut = 0

  /** Runs a check. It resolves to what it saw, and throws where that is not right. */
  async check(name: string, look: () => Promise<string>): Promise<boolean> {
    try {
      const seen = await look()
      this.passed += 1
      tell('✓', name, seen)
      return true
    } catch (error) {
      this.failed += 1
      tell('✗', name, explain(error))
      return false
    }
  }

  leaveOut(name: string, why: string): void {
    this.leftOut += 1
    tell('–', name, `left out: ${why}`)
  }

  lastLine(): string {
    const leftOut = this.leftOut === 0 ? '' : `, ${this.leftOut} left out`
    return `\n${this.passed} passed, ${this.failed} failed${leftOut}`
  }
}

function tell(mark: string, name: string, text: string): void {
  console.log(`${mark} ${name.padEnd(28)} ${text}`)
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return (error.message || error.name) + cause
}
