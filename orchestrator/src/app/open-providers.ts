import type { Config } from '../config/config.ts'
import { createGitHubProvider } from '../providers/git-hub-provider.ts'
import { createOpenIdProvider } from '../providers/open-id-provider.ts'
import type { Provider } from '../providers/provider.ts'

const GOOGLE = { id: 'google', name: 'Google', issuer: 'https://accounts.google.com' }

/** The providers that are configured, in the order people see them. Nothing is asked of them before somebody sets out. */
export function openProviders({ google, github, oidc }: Config['providers']): Provider[] {
  return [
    ...(google === null ? [] : [createOpenIdProvider({ ...GOOGLE, ...google })]),
    ...(github === null ? [] : [createGitHubProvider(github)]),
    ...(oidc === null ? [] : [createOpenIdProvider({ id: 'oidc', ...oidc })]),
  ]
}
