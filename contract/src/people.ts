import { z } from 'zod'
import { personSchema } from './session.ts'

/** How long a password must and may be, in characters. */
export const PASSWORD_LEAST = 10
export const PASSWORD_MOST = 256

/** In one spelling, whatever the keyboard did to it. */
export const emailSchema = z
  .string()
  .trim()
  .max(254)
  .pipe(z.email({ error: 'an e-mail address' }))

export const nameSchema = z.string().trim().min(1).max(100)

/** Only bounded here: whether it is good enough is said with a reason, when it is set. */
const passwordSchema = z.string().min(1).max(PASSWORD_MOST)

const codeSchema = z.string().min(20).max(100)

/** What somebody who is not signed in may know: which ways in there are. */
export const waysInSchema = z.object({
  appName: z.string(),
  /** Other providers by which people sign in. */
  providers: z.array(z.object({ id: z.string(), name: z.string() })),
  /** Who may make an account: anybody, people with an invitation, or nobody. */
  signUp: z.enum(['open', 'invite', 'closed']),
  /** Whether this assistant sends e-mail. Without it an administrator hands links over. */
  mail: z.boolean(),
})

export const signInSchema = z.strictObject({ email: emailSchema, password: passwordSchema })

export const askForLinkSchema = z.strictObject({ email: emailSchema })

/** `code` of an invitation or a sign-up link; without one, the address has to be said. */
export const signUpSchema = z.strictObject({
  code: codeSchema.optional(),
  email: emailSchema.optional(),
  name: nameSchema,
  password: passwordSchema,
})

/** What an invitation's or sign-up link's holder is told before using it up. */
export const codeViewSchema = z.object({ email: z.string().nullable() })
export const lookAtCodeSchema = z.strictObject({ code: codeSchema })

export const resetPasswordSchema = z.strictObject({ code: codeSchema, password: passwordSchema })

export const startProviderSchema = z.strictObject({
  intent: z.enum(['sign-in', 'link']),
  /** An invitation's code: the account that is made is the invited one. */
  code: codeSchema.optional(),
})
export const providerStartSchema = z.object({
  /** Where the browser goes next. */
  url: z.url(),
})

export const accountSchema = z.object({
  person: personSchema,
  emailVerified: z.boolean(),
  hasPassword: z.boolean(),
  identities: z.array(
    z.object({
      id: z.uuid(),
      issuer: z.string(),
      /** What the person is called there. */
      label: z.string(),
      createdAt: z.iso.datetime(),
      lastUsedAt: z.iso.datetime(),
    }),
  ),
})

export const changeAccountSchema = z.strictObject({ name: nameSchema })

/** `current` where there is a password; else the sign-in must be fresh. */
const proof = { current: passwordSchema.optional() }
export const changePasswordSchema = z.strictObject({ ...proof, password: passwordSchema })
export const changeEmailSchema = z.strictObject({ ...proof, email: emailSchema })
export const deleteAccountSchema = z.strictObject(proof)

/** `sent`: a link went to the new address, which counts once it is opened. */
export const emailChangedSchema = z.object({ sent: z.boolean() })

export const exportAccountSchema = z.strictObject({ format: z.enum(['json', 'markdown']).default('json') })

export const sessionViewSchema = z.object({
  id: z.uuid(),
  /** The one that asks. */
  current: z.boolean(),
  userAgent: z.string(),
  address: z.string(),
  /** How it began: `password`, `link`, or a provider's id. */
  means: z.string(),
  createdAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
})
export const sessionListSchema = z.object({ items: z.array(sessionViewSchema) })

export const personViewSchema = personSchema.extend({
  status: z.enum(['active', 'suspended']),
  emailVerified: z.boolean(),
  hasPassword: z.boolean(),
  /** Issuers of the identities by which the person signs in. */
  issuers: z.array(z.string()),
  createdAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime().nullable(),
})

export const listPeopleSchema = z.strictObject({
  /** The `nextCursor` of the page before. */
  after: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  /** Letters of a name or an address. */
  search: z.string().max(200).optional(),
})
export const peoplePageSchema = z.object({ items: z.array(personViewSchema), nextCursor: z.uuid().nullable() })

export const changePersonSchema = z
  .strictObject({ role: z.enum(['admin', 'member']), status: z.enum(['active', 'suspended']) })
  .partial()

/** A link to hand over: it is told once, works once, and ends at `expiresAt`. */
export const linkSchema = z.object({ url: z.url(), expiresAt: z.iso.datetime() })

export const inviteSchema = z.strictObject({
  email: emailSchema.optional(),
  role: z.enum(['admin', 'member']).default('member'),
})

export const invitationSchema = z.object({
  id: z.uuid(),
  email: z.string().nullable(),
  role: z.enum(['admin', 'member']),
  mailed: z.boolean(),
  invitedBy: z.string().nullable(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
})
export const invitationListSchema = z.object({ items: z.array(invitationSchema) })

/** `url` is told once, and only where no mail was sent, or the mail server did not take it (`mailFailed`). */
export const invitedSchema = z.object({
  invitation: invitationSchema,
  url: z.url().nullable(),
  mailFailed: z.boolean(),
})

export type WaysIn = z.infer<typeof waysInSchema>
export type Account = z.infer<typeof accountSchema>
export type SessionView = z.infer<typeof sessionViewSchema>
export type PersonView = z.infer<typeof personViewSchema>
export type ListPeople = z.infer<typeof listPeopleSchema>
export type PeoplePage = z.infer<typeof peoplePageSchema>
export type ChangePerson = z.infer<typeof changePersonSchema>
export type Link = z.infer<typeof linkSchema>
export type Invite = z.infer<typeof inviteSchema>
export type Invitation = z.infer<typeof invitationSchema>
export type Invited = z.infer<typeof invitedSchema>
