import { ConnectionError, ProblemError } from './api.ts'

/** What a person should read about an error, in one title and at most one sentence more. */
export function describeError(error: unknown): { title: string; detail?: string } {
  if (error instanceof ProblemError) {
    const { title, detail, errors } = error.problem
    const fields = errors?.map((entry) => `${entry.field}: ${entry.message}`).join(' · ')
    const more = detail ?? fields
    return more === undefined || more === title ? { title } : { title, detail: more }
  }
  if (error instanceof ConnectionError) {
    return { title: 'The server cannot be reached', detail: 'Check the connection, then try again.' }
  }
  return { title: 'Something went wrong', detail: error instanceof Error ? error.message : String(error) }
}
