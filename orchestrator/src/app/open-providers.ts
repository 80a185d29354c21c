import type { Config } from '../config/config.ts'
import type { Provider } from '../providers/provider.ts'

const GOOGLE = { id: 'google', name: 'Google', issuer: 'https://accounts.google.com' }

/**
 * The providers that are configured, in the order people see them. Nothing is asked of them before somebody sets out, and
 * where there are none, their protocol is not even loaded.
 */
export async function openProviders({ google, github, oidc }: Config['providers']): Promise<Provider[]> {
  if (google === null && github === null && oidc === null) return []
  const [{ createGitHubProvider }, { createOpenIdProvider }] = await Promise.all([
    import('../providers/git-hub-provider.ts'),
    import('../providers/open-id-provider.ts'),
  ])
  return [
    ...(google === null ? [] : [createOpenIdProvider({ ...GOOGLE, ...google })]),
    ...(github === null ? [] : [createGitHubProvider(github)]),
    ...(oidc === null ? [] : [createOpenIdProvider({ id: 'oidc', ...oidc })]),
  ]
}
