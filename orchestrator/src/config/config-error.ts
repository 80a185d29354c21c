/** One variable that cannot be used: what is wrong with it, and what to write instead. Never carries a secret's value. */
export interface ConfigFault {
  name: string
  wrong: string
  write: string
}

/** The environment cannot be used. Carries all faults at once; its message is all a person needs. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  readonly faults: readonly ConfigFault[]

  constructor(faults: readonly ConfigFault[]) {
    const lines = faults.map(({ name, wrong, write }) => `${name} ${wrong}. ${write}`)
    super(lines.length === 1 ? lines[0] : ['The configuration has faults:', ...lines].join('\n  '))
    this.faults = faults
  }
}
