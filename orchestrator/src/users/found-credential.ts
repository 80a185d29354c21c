import type { Person, Scope } from '@ai-assistant/contract'

/** Who is behind a credential of the API, and when it stops by itself (milliseconds since 1970; null: not). */
export interface FoundCredential {
  caller: {
    person: Person
    means: 'key' | 'token'
    scopes: readonly Scope[]
    /** The key's id, or that of the family of tokens. */
    credentialId: string
  }
  expiresAt: number | null
}
