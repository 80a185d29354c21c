import { z } from 'zod'

export const personSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  email: z.string().nullable(),
  role: z.enum(['owner', 'admin', 'member']),
})

/** The single-use code of a sign-in link's fragment. */
export const redeemCodeSchema = z.strictObject({ code: z.string().min(20).max(100) })

export const sessionSchema = z.object({
  person: personSchema,
  appName: z.string(),
  version: z.string(),
})

export type Person = z.infer<typeof personSchema>
export type Session = z.infer<typeof sessionSchema>
