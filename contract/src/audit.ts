import { z } from 'zod'

/** What the audit log tells of. The part before the dot is its subject, by which the log can be filtered. */
export const auditActions = [
  'sign-in.succeeded',
  'sign-in.failed',
  'sign-in.ended',
  'session.revoked',
  'account.created',
  'account.changed',
  'account.role-changed',
  'account.suspended',
  'account.restored',
  'account.exported',
  'account.deleted',
  'invitation.made',
  'invitation.revoked',
  'invitation.accepted',
  'password.changed',
  'password.reset-asked',
  'password.reset',
  'identity.linked',
  'identity.unlinked',
  'key.made',
  'key.revoked',
  'token.family-revoked',
  'secret.rotated',
  'approval.granted',
  'approval.refused',
  'tool.accepted',
  'tool.always-allowed',
  'tool.always-allowed-ended',
  'conversation.deleted',
  'usage.exported',
  'audit.exported',
] as const

export type AuditAction = (typeof auditActions)[number]

export const auditEntrySchema = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  actor: z.object({
    /** `operator`: somebody with a shell on the server. `anonymous`: nobody was signed in. */
    kind: z.enum(['person', 'operator', 'system', 'anonymous']),
    id: z.uuid().nullable(),
    /** Null where the account is gone. */
    name: z.string().nullable(),
  }),
  action: z.enum(auditActions),
  object: z.object({ type: z.string(), id: z.string(), name: z.string().nullable() }).nullable(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** Its place in the chain and its hash; null until it is sealed, a few seconds after it was written. */
  seal: z.object({ position: z.int(), hash: z.string() }).nullable(),
})

export const auditPageSchema = z.object({
  items: z.array(auditEntrySchema),
  nextCursor: z.uuid().nullable(),
})

const filter = {
  /** An action, or its first part for all that begin with it. */
  action: z
    .string()
    .regex(/^[a-z-]{1,30}(\.[a-z-]{1,30})?$/)
    .optional(),
  /** The person who did it. */
  actor: z.uuid().optional(),
  /** The id of what it was done to. */
  object: z.string().min(1).max(200).optional(),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
}

export const exportAuditSchema = z.strictObject(filter)

export const listAuditSchema = z.strictObject({
  ...filter,
  cursor: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export type AuditEntry = z.infer<typeof auditEntrySchema>
export type AuditPage = z.infer<typeof auditPageSchema>
export type AuditFilter = z.infer<typeof exportAuditSchema>
