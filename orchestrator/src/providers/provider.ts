/**
 * Where people sign in instead of here. What comes back is what the provider vouches for: nothing else of the way there and
 * back is believed. Every failure of a provider, or of somebody on the way, is a `ProviderFault`.
 */
export interface Provider {
  /** In addresses of ours: `google`, `github`, `oidc`. */
  id: string
  /** For people. */
  name: string
  /** Where the browser is sent. */
  start(trip: Trip): Promise<URL>
  /** What the provider says of the person who came back with this query. */
  finish(query: URLSearchParams, trip: Trip): Promise<Profile>
  close(): Promise<void>
}

/** What binds the way back to the way there, and both to one browser. Each is used for one trip. */
export interface Trip {
  redirectUri: string
  state: string
  nonce: string
  /** Of PKCE (RFC 7636); its S256 challenge goes out. */
  verifier: string
}

/** A person as the provider knows them: issuer and subject are who they are; all else may change or be another's. */
export interface Profile {
  issuer: string
  subject: string
  name: string
  email: string | null
  /** Whether the provider has seen that the address is theirs. */
  emailVerified: boolean
}

/** The provider refused, cannot be asked, or what came back is not what was asked for. */
export class ProviderFault extends Error {
  override name = 'ProviderFault'
}
