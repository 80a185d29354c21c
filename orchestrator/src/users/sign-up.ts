import type { Person } from '@ai-assistant/contract'
import { type AuditOrigin, recordAudit } from '../audit/record-audit.ts'
import { newId } from '../lib/new-id.ts'
import type { Secrets } from '../secrets/open-secrets.ts'
import type { Database, Tx } from '../storage/database.ts'
import { findByEmail, findOwner, makeAccount } from './accounts.ts'
import { lookAtInvitation, useInvitation } from './invitations.ts'
import type { Letters } from './letters.ts'
import { type Passwords, refuseWithoutMail, storeHash } from './passwords.ts'
import { PeopleRefused } from './people-refused.ts'
import { closed, type SignUpMode } from './sign-up-mode.ts'
import { lookAtCode, makeCode, useCode } from './sign-in-codes.ts'
import type { SignInThrottle } from './sign-in-throttle.ts'

/** Making an account of one's own, with a password. All of it throws `PeopleRefused`. */
export interface SignUp {
  /** Mails a link to the address, whoever it belongs to; the answer never tells whether there is an account. */
  askForLink(email: string): Promise<void>
  /** Whom an invitation or a sign-up link is for. */
  lookAt(code: string): Promise<{ email: string | null }>
  signUp(wish: Wish, origin: AuditOrigin): Promise<Person>
}

interface Wish {
  code?: string | undefined
  email?: string | undefined
  name: string
  password: string
}

export interface SignUpParts {
  database: Database
  secrets: Secrets
  throttle: SignInThrottle
  letters: Letters
  passwords: Passwords
  mode: SignUpMode
  ownerEmail: string | null
  log: { warn(fields: object, line: string): void }
}

export function createSignUp(parts: SignUpParts): SignUp {
  return {
    askForLink: async (email) => {
      const { letters, mode, ownerEmail, database } = parts
      refuseWithoutMail(letters)
      // While the owner's address waits for its owner, nobody can tell by the answer which one it is.
      const ownerMayCome = ownerEmail !== null && (await database.asSystem(findOwner)) === undefined
      if (mode !== 'open' && !ownerMayCome) throw closed(mode)
      if (mode !== 'open' && email.toLowerCase() !== ownerEmail?.toLowerCase()) return
      void mailLink(parts, email).catch((error: unknown) => {
        parts.log.warn({ err: error }, 'A sign-up link could not be made')
      })
    },
    lookAt: async (code) => {
      const found = await parts.database.asSystem((tx) => lookAtEither(tx, parts.secrets, code))
      if (found === null) throw new PeopleRefused('code_invalid', 'Ask for a fresh link.')
      return { email: found.email }
    },
    signUp: (wish, origin) => signUp(parts, wish, origin),
  }
}

async function mailLink({ database, secrets, letters, throttle }: SignUpParts, email: string): Promise<void> {
  if (!(await throttle.count('mail', email))) return
  const code = await database.asSystem(async (tx) =>
    (await findByEmail(tx, email)) === null ? makeCode(tx, secrets, { purpose: 'sign-up', userId: null, email }) : null,
  )
  if (code === null) letters.alreadyHere(email)
  else letters.signUp(email, code)
}

async function signUp(parts: SignUpParts, { code, email, name, password }: Wish, origin: AuditOrigin): Promise<Person> {
  const { database, secrets, mode, letters } = parts
  // Without mail no address can be shown to be anybody's: where sign-up is open, it is only the name to sign in by.
  if (code === undefined && (mode !== 'open' || letters.canSend)) throw closed(mode === 'closed' ? mode : 'invite')
  const seen = code === undefined ? null : await database.asSystem((tx) => lookAtEither(tx, secrets, code))
  if (code !== undefined && seen === null) throw new PeopleRefused('code_invalid', 'Ask for a fresh link.')
  const address = seen?.email ?? email ?? null
  if (address === null) {
    throw new PeopleRefused('invalid_request', 'Write the e-mail address to sign in with.', { field: 'body.email' })
  }
  const hash = await parts.passwords.hashNew(password, [name, address])
  return database.asSystem(async (tx) => {
    const right = code === undefined ? OPEN : await useEither(tx, secrets, code)
    if (right === null) throw new PeopleRefused('code_invalid', 'Ask for a fresh link.')
    const account = {
      id: newId(),
      name,
      email: address,
      verified: right.proves && right.email !== null,
      role: right.role,
    }
    const person = await makeAccount(tx, account, parts.ownerEmail, { means: 'password', origin })
    if (mode === 'closed' && person.role !== 'owner') throw closed(mode)
    if (right.invited) {
      const actor = { kind: 'person', id: person.id } as const
      await recordAudit(tx, { actor, action: 'invitation.accepted', details: { role: right.role }, origin })
    }
    await storeHash(tx, person.id, hash)
    return person
  })
}

/** What a code gives: an address, whether holding the code shows that it is theirs, and the role. */
interface Right {
  email: string | null
  proves: boolean
  invited: boolean
  role: 'admin' | 'member'
}

const OPEN: Right = { email: null, proves: false, invited: false, role: 'member' }

async function useEither(tx: Tx, secrets: Secrets, code: string): Promise<Right | null> {
  const invitation = await useInvitation(tx, secrets.hashes('invitation', code))
  if (invitation !== null) return { ...invitation, proves: invitation.mailed, invited: true }
  const link = await useCode(tx, secrets, code, 'sign-up')
  return link === null ? null : { email: link.email, proves: true, invited: false, role: 'member' }
}

async function lookAtEither(tx: Tx, secrets: Secrets, code: string): Promise<{ email: string | null } | null> {
  const invitation = await lookAtInvitation(tx, secrets.hashes('invitation', code))
  return invitation ?? lookAtCode(tx, secrets, code, 'sign-up')
}
