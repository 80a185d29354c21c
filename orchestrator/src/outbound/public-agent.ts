import { lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, type Dispatcher } from 'undici'
import { isPublicAddress } from './public-address.ts'

/** The way to the public Internet, for addresses that nobody who runs this system has written down. */
export interface PublicAgent {
  /** For undici's `request` and `fetch`. Rejects whatever is not public, before a connection is made. */
  readonly dispatcher: Dispatcher
  close(): Promise<void>
}

/** As `dns.lookup` with `all: true` tells. */
export type Resolve = (
  hostname: string,
  callback: (error: Error | null, addresses: { address: string; family: number }[]) => void,
) => void

const resolveBySystem: Resolve = (hostname, callback) => systemLookup(hostname, { all: true }, callback)

/**
 * Trust boundary: for whatever a document, a model or a person names. http and https, no credentials in the URL; every address a name leads to must be public, and the connection is made to the very addresses that were looked
 * at, so a name that leads elsewhere a moment later gains nothing. Each request, each hop of a redirect too, passes here.
 */
export function createPublicAgent(resolve: Resolve = resolveBySystem): PublicAgent {
  const agent = new Agent({
    allowH2: false,
    connections: 4,
    keepAliveTimeout: 1,
    headersTimeout: 10_000,
    bodyTimeout: 10_000,
    connect: { timeout: 5_000, lookup: publicLookup(resolve) },
  })
  const dispatcher = agent.compose((dispatch) => (request, handler) => {
    refusePrivate(new URL(request.origin ?? ''))
    return dispatch(request, handler)
  })
  return { dispatcher, close: () => agent.destroy() }
}

/** Node asks no lookup for an address written as a number, so that is looked at here. */
function refusePrivate(target: URL): void {
  const { protocol, hostname, username, password } = target
  if (protocol !== 'https:' && protocol !== 'http:') throw new Error(`Only http and https are called, not ${protocol}`)
  if (username !== '' || password !== '') throw new Error(`${hostname}: credentials in a URL are not sent`)
  const bare = hostname.replace(/^\[|\]$/g, '')
  if (isIP(bare) !== 0 && !isPublicAddress(bare)) throw new Error(`${hostname} is no public address and is not called`)
}

/** Of a name that leads to one private address, none is called: it is not what it says it is. */
export function publicLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      if (error) return callback(error, [])
      const first = addresses[0]
      if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
        return callback(new Error(`${hostname} leads to no public address and is not called`), [])
      }
      if (options.all) return callback(null, addresses)
      callback(null, first.address, first.family)
    })
  }
}
