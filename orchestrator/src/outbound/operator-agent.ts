import { lookup as resolve } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Pool } from 'undici'
import type { Dispatcher } from 'undici'
import { isMetadataAddress } from './metadata-address.ts'

/** The way to one origin the operator has written down, and to no other. */
export interface OperatorAgent {
  /** Scheme, host and port, as in `https://api.openai.com`. */
  readonly origin: string
  /** For undici's `request` and `fetch`, and for its `dispatch`. Throws on a request for another origin. */
  readonly dispatcher: Dispatcher
  /** Lets running requests end. */
  close(): Promise<void>
}

export interface OperatorAgentOptions {
  connectTimeoutMs?: number
  /** Unused connections are kept this long. */
  keepAliveMs?: number
}

/**
 * Trust boundary: the origin may be private or loopback, because the operator named it; that exact origin, and no redirect is
 * followed off it or on it (`dispatch` follows none; with `fetch`, pass `redirect: 'manual'`). Metadata addresses are
 * refused by number and after each name lookup. HTTP/1.1 only, so that giving up a request closes its own socket at once.
 */
export function createOperatorAgent(url: string | URL, options: OperatorAgentOptions = {}): OperatorAgent {
  const target = new URL(url)
  if (target.protocol !== 'https:' && target.protocol !== 'http:') {
    throw new Error(`Only http and https can be called, not ${target.protocol}`)
  }
  if (isMetadataAddress(target.hostname))
    throw new Error(`${target.hostname} is a metadata address and is never called`)
  const pool = new Pool(target.origin, {
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: options.keepAliveMs ?? 10_000,
    connect: { timeout: options.connectTimeoutMs ?? 10_000, lookup: checkedLookup },
  })
  const dispatcher = pool.compose((dispatch) => (request, handler) => {
    if (request.origin !== undefined && new URL(request.origin).origin !== target.origin) {
      throw new Error(`This connection leads to ${target.origin} only`)
    }
    return dispatch(request, handler)
  })
  return { origin: target.origin, dispatcher, close: () => pool.close() }
}

/** A name must not lead to a metadata address either, whatever its owner lets it resolve to. */
const checkedLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, [])
    const allowed = addresses.filter((entry) => !isMetadataAddress(entry.address))
    const first = allowed[0]
    if (!first) return callback(new Error(`${hostname} leads to a metadata address and is never called`), [])
    if (options.all) return callback(null, allowed)
    callback(null, first.address, first.family)
  })
}
