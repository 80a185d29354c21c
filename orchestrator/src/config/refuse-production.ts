import type { ConfigFault } from './config-error.ts'
import type { Environment } from './env.ts'

/** What production must not start with. Placeholders are told apart before, so that each variable is named once. */
export function refuseInProduction(values: Environment, named: ReadonlySet<string>): ConfigFault[] {
  const faults = [
    ...weakSecret('SECRET_KEY', values.SECRET_KEY),
    ...weakSecret('JWT_SECRET_KEY', values.JWT_SECRET_KEY),
  ]
  if (values.SECRET_KEY !== null && values.SECRET_KEY === values.JWT_SECRET_KEY) {
    faults.push({ name: 'JWT_SECRET_KEY', wrong: 'is the same as SECRET_KEY', write: makeOne })
  }
  if (values.DATABASE_URL === null) {
    faults.push({
      name: 'DATABASE_URL',
      wrong: 'is not set, and the embedded database is not for production',
      write: 'Write postgresql://name:password@host:5432/database.',
    })
  }
  if (values.PUBLIC_URL === null || !values.PUBLIC_URL.startsWith('https://')) {
    faults.push({
      name: 'PUBLIC_URL',
      wrong: values.PUBLIC_URL === null ? 'is not set' : `is ${JSON.stringify(values.PUBLIC_URL)}, without TLS`,
      write: 'Write the https:// address people open.',
    })
  }
  if (values.METRICS_TOKEN !== null && values.METRICS_TOKEN.length < 16) {
    faults.push({ name: 'METRICS_TOKEN', wrong: 'is shorter than 16 characters', write: makeOne })
  }
  return faults.filter(({ name }) => !named.has(name))
}

const makeOne = 'Write what `openssl rand -hex 32` prints.'

function weakSecret(name: string, value: string | null): ConfigFault[] {
  if (value === null) return [{ name, wrong: 'is not set', write: makeOne }]
  if (value.length < 32) return [{ name, wrong: 'is shorter than 32 characters', write: makeOne }]
  if (new Set(value).size < 8) return [{ name, wrong: 'repeats a few characters', write: makeOne }]
  return []
}
