import { z } from 'zod'

/**
 * Every error the API answers with: its stable code, its HTTP status and its title. A client may switch on the code; the
 * `detail` beside it is for people and names what to change.
 */
export const problemCodes = {
  invalid_request: [400, 'The request is not valid'],
  unauthenticated: [401, 'Sign in first'],
  code_invalid: [401, 'This link was used already or has expired'],
  sign_in_failed: [401, 'The address or the password is not right'],
  forbidden: [403, 'Not allowed'],
  provider_failed: [401, 'The other provider did not say who this is'],
  sign_up_closed: [403, 'No account is made here this way'],
  sign_in_again: [403, 'Show once more that it is you'],
  cross_site: [403, 'Requests from other sites are refused'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'This method is not offered here'],
  run_active: [409, 'An answer is still running in this conversation'],
  conversation_changed: [409, 'The conversation has changed since this page read it'],
  approval_settled: [409, 'This question was answered already or has expired'],
  email_taken: [409, 'Another account has this address'],
  identity_taken: [409, 'Another account here has this identity'],
  owner_stays: [409, 'There is always one owner'],
  last_way_in: [409, 'This is the only way into the account'],
  request_in_progress: [409, 'The same request is still being worked on'],
  body_too_large: [413, 'The request is too large'],
  unsupported_media_type: [415, 'This content type is not understood'],
  key_reused: [422, 'This Idempotency-Key was used for another request'],
  unprocessable: [422, 'The request cannot be carried out'],
  rate_limited: [429, 'Too many requests'],
  internal: [500, 'Something went wrong on our side'],
  upstream_failed: [502, 'The model or tool server failed'],
  unavailable: [503, 'Not available at the moment'],
  draining: [503, 'This server is stopping'],
  storage_full: [507, 'The database has no space left'],
} as const satisfies Record<string, readonly [number, string]>

export type ProblemCode = keyof typeof problemCodes

export const problemCodeSchema = z.enum(Object.keys(problemCodes) as [ProblemCode, ...ProblemCode[]])

/** RFC 9457 problem details, with our code, the request's id, and one entry for each field at fault. */
export const problemSchema = z.object({
  type: z
    .string()
    .describe('A URI reference that names the kind of problem; `about:blank` where the status says it all'),
  title: z.string(),
  status: z.int(),
  code: problemCodeSchema,
  detail: z.string().optional(),
  requestId: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  /** What the client needs to go on: the running answer's id, the fresh head, … */
  context: z.record(z.string(), z.unknown()).optional(),
})

export type Problem = z.infer<typeof problemSchema>
