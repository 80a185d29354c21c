import { PeopleRefused } from './people-refused.ts'

/** Who may make an account: anybody, people with an invitation, or nobody. */
export type SignUpMode = 'open' | 'invite' | 'closed'

export function closed(mode: SignUpMode): PeopleRefused {
  const detail =
    mode === 'closed' ? 'Nobody else comes in here: SIGNUP is closed.' : 'Ask an administrator for an invitation.'
  return new PeopleRefused('sign_up_closed', detail)
}
