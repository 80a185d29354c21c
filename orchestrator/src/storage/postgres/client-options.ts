import type { ClientConfig } from 'pg'
import { valueTypes } from '../value-types.ts'

/** A connection that cannot be had within this time is reported as unavailable, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 5_000

/** What every connection to a PostgreSQL server is made with. */
export function clientOptions(url: string): ClientConfig {
  return {
    connectionString: withLibpqTls(url),
    application_name: 'ai-assistant',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: valueTypes,
  }
}

/**
 * Gives `sslmode` the meaning PostgreSQL documents (libpq, section "SSL Mode Descriptions"): `require` encrypts, `verify-ca` and
 * `verify-full` also check who answers. The driver would take all of them as `verify-full` and print a warning.
 */
function withLibpqTls(url: string): string {
  const mode = /[?&]sslmode=([a-z-]+)/.exec(url)?.[1]
  const checksAuthority = mode === 'verify-ca' && /[?&]sslrootcert=/.test(url)
  if (mode === 'verify-ca' && !checksAuthority) return url.replace('sslmode=verify-ca', 'sslmode=verify-full')
  const compatible = mode === 'require' || mode === 'prefer' || checksAuthority
  return compatible && !url.includes('uselibpqcompat=') ? `${url}&uselibpqcompat=true` : url
}
