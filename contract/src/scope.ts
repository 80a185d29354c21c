import { z } from 'zod'

/**
 * What an API key or access token may do for its person: `chat` asks and follows answers, `read` reads what is stored,
 * `admin` does what administrators do, where its person is one.
 */
export const scopeSchema = z.enum(['chat', 'read', 'admin'])

export type Scope = z.infer<typeof scopeSchema>
