import type { CreatedApiKey, Scope, Tokens } from '@ai-assistant/contract'
import type { ApiClient } from './api-client.ts'

export function makeKey(
  client: ApiClient,
  scopes: Scope[] = ['chat', 'read'],
  expiresInDays: number | null = null,
): Promise<CreatedApiKey> {
  return client.json('POST', '/api/keys', { name: 'A program', scopes, expiresInDays })
}

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}

/** The tokens that a key or session is exchanged for. */
export function exchange(client: ApiClient, key: string | null, scopes?: Scope[]): Promise<Tokens> {
  return client.json('POST', '/api/tokens', scopes === undefined ? {} : { scopes }, key === null ? {} : bearer(key))
}

/** Asks until the answer has this status: what was revoked elsewhere is believed for a few seconds. */
export async function untilStatus(ask: () => Promise<Response>, status: number): Promise<void> {
  for (;;) {
    const response = await ask()
    await response.body?.cancel()
    if (response.status === status) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
