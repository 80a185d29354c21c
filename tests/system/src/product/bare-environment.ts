import { variableList } from '../../../../orchestrator/src/config/env.ts'

/**
 * The environment of the product's processes: of the tests' own only what any program needs, and every variable of the
 * product empty, which counts as unset, so that a developer's keys and `.env` stay out of the tests.
 */
export function bareEnvironment(): Record<string, string> {
  const unset = variableList.flatMap(([name, { secret }]) => (secret === true ? [name, `${name}_FILE`] : [name]))
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_EXTRA_CA_CERTS', 'NODE_COMPILE_CACHE'].filter(
    (name) => process.env[name],
  )
  return Object.fromEntries([
    ...unset.map((name) => [name, '']),
    ...kept.map((name) => [name, process.env[name] ?? '']),
  ])
}
