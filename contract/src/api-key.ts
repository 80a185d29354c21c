import { z } from 'zod'
import { scopeSchema } from './scope.ts'

/** A personal API key as its person sees it. The key itself is shown once, when it is made. */
export const apiKeySchema = z.object({
  id: z.uuid(),
  name: z.string(),
  /** The key's first characters, to tell keys apart. */
  prefix: z.string(),
  scopes: z.array(scopeSchema),
  createdAt: z.iso.datetime(),
  /** Null: until it is revoked. */
  expiresAt: z.iso.datetime().nullable(),
  /** To the minute. */
  lastUsedAt: z.iso.datetime().nullable(),
})

const scopesSchema = z
  .array(scopeSchema)
  .min(1)
  .max(scopeSchema.options.length)
  .transform((scopes) => [...new Set(scopes)])

export const createApiKeySchema = z.strictObject({
  name: z.string().trim().min(1).max(100),
  scopes: scopesSchema,
  /** Null: until it is revoked. */
  expiresInDays: z.int().min(1).max(3650).nullable(),
})

export const createdApiKeySchema = z.object({
  key: apiKeySchema,
  /** The key itself: kept nowhere, and never shown again. */
  secret: z.string(),
})

export const apiKeysSchema = z.object({ items: z.array(apiKeySchema) })

/** Without scopes, the tokens get those of the key; a session has to name them. */
export const createTokensSchema = z.strictObject({ scopes: scopesSchema.optional() })

export const refreshTokenSchema = z.strictObject({ refreshToken: z.string().min(20).max(2000) })

export const tokensSchema = z.object({
  /** A JWT, to be sent as `Authorization: Bearer`. */
  accessToken: z.string(),
  tokenType: z.literal('Bearer'),
  /** Seconds the access token lasts. */
  expiresIn: z.int(),
  /** Exchanged once for the next pair. Used again later, it ends all tokens that came of it. */
  refreshToken: z.string(),
  scopes: z.array(scopeSchema),
})

export type ApiKey = z.infer<typeof apiKeySchema>
export type ApiKeys = z.infer<typeof apiKeysSchema>
export type CreateApiKey = z.infer<typeof createApiKeySchema>
export type CreatedApiKey = z.infer<typeof createdApiKeySchema>
export type Tokens = z.infer<typeof tokensSchema>
