import type { Config } from './config.ts'
import type { ConfigFault } from './config-error.ts'
import type { Environment } from './env.ts'

/** The providers that are configured whole. */
export function providersOf(values: Environment): Config['providers'] {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId } = values
  return {
    google: pair(values.GOOGLE_CLIENT_ID, values.GOOGLE_CLIENT_SECRET),
    github: pair(values.GITHUB_CLIENT_ID, values.GITHUB_CLIENT_SECRET),
    oidc:
      issuer === null || clientId === null
        ? null
        : { issuer, name: values.OIDC_NAME, clientId, clientSecret: values.OIDC_CLIENT_SECRET },
  }
}

/** A provider that is configured by half would be a button that leads nowhere. */
export function faultsOfProviders(values: Environment): ConfigFault[] {
  const faults: ConfigFault[] = []
  for (const [one, other] of [
    ['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET'],
    ['GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET'],
    ['OIDC_ISSUER', 'OIDC_CLIENT_ID'],
  ] as const) {
    if ((values[one] === null) === (values[other] === null)) continue
    const [set, missing] = values[one] === null ? [other, one] : [one, other]
    faults.push({ name: missing, wrong: `is not set, and ${set} is`, write: 'Write both, or neither.' })
  }
  if (values.ENVIRONMENT === 'production' && values.OIDC_ISSUER?.startsWith('http:')) {
    faults.push({ name: 'OIDC_ISSUER', wrong: 'is an address without TLS', write: 'Write the https:// address.' })
  }
  return faults
}

function pair(clientId: string | null, clientSecret: string | null) {
  return clientId === null || clientSecret === null ? null : { clientId, clientSecret }
}
