import type { Evidence, Violation } from './evidence.ts'

/** What no fault of a dependency excuses: the person did nothing wrong, and we know no such error. */
const inexcusable = new Set(['internal', 'unauthenticated', 'forbidden', 'invalid_request', 'unsupported_media_type'])

/** I11: every refusal has a code of the contract and a request's id, and faults of ours are told as such. */
export function checkAnswers({ history }: Evidence): Violation[] {
  return history.calls.flatMap(({ method, path, status, code, requestId }): Violation[] => {
    const where = `${method} ${path} was answered ${status} ${code} (request ${requestId || 'unnamed'})`
    // The balancer's own words, when it has nobody to ask, or a connection that broke.
    if (requestId === '') return []
    if (status < 300) return []
    if (code === '' || inexcusable.has(code)) return [{ invariant: 'I11', text: where }]
    return []
  })
}
