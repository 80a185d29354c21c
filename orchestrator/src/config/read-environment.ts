import { readFileSync } from 'node:fs'
import type { ConfigFault } from './config-error.ts'
import { type Environment, type VariableName, variableList, variables } from './env.ts'
import { isPlaceholder } from './placeholder.ts'
import type { Variable } from './variable.ts'

type Raw = Record<string, string | undefined>

/** What was found beside the values. A variable at fault keeps its default, so that all faults can be told at once. */
export interface Findings {
  faults: ConfigFault[]
  notices: string[]
  /** Variables that hold a value an example publishes. */
  placeholders: Set<VariableName>
}

/** Reads every variable as its type says. Empty means unset; for a secret, `NAME_FILE` may name the file that holds it. */
export function readEnvironment(raw: Raw): { values: Environment; findings: Findings } {
  const findings: Findings = { faults: [], notices: [], placeholders: new Set() }
  const values: Partial<Record<VariableName, unknown>> = {}
  for (const [name, variable] of variableList) {
    values[name] = variable.default ?? null
    const value = readText(raw, name, variable, findings)
    if (value === null) continue
    if (isPlaceholder(value)) {
      findings.placeholders.add(name)
      continue
    }
    values[name] = parse(name, variable, value, findings)
    if (variable.later) findings.notices.push(`${name} is set; ${variable.later} is not in this version yet.`)
  }
  if (!isComplete(values)) throw new TypeError('A variable was not read')
  return { values, findings }
}

function isComplete(values: Partial<Record<VariableName, unknown>>): values is Environment {
  return Object.keys(variables).every((name) => name in values)
}

function parse(name: string, variable: Variable, value: string, findings: Findings): unknown {
  const result = variable.type.safeParse(value)
  if (result.success) return result.data
  const shown = variable.secret ? 'is not valid' : `is ${JSON.stringify(value)}`
  const message = result.error.issues[0]?.message ?? 'a valid value'
  findings.faults.push({ name, wrong: shown, write: `Write ${message}.` })
  return variable.default ?? null
}

function readText(raw: Raw, name: string, variable: Variable, findings: Findings): string | null {
  const direct = raw[name]?.trim() || null
  const file = variable.secret ? raw[`${name}_FILE`]?.trim() : undefined
  if (!file) return direct
  if (direct !== null) {
    findings.faults.push({ name, wrong: `and ${name}_FILE are both set`, write: 'Write one of the two.' })
    return direct
  }
  try {
    return readFileSync(file, 'utf8').trim() || null
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    findings.faults.push({
      name: `${name}_FILE`,
      wrong: `names ${file}, which cannot be read (${reason})`,
      write: 'Write the path of a file this process may read.',
    })
    return null
  }
}
