import type { Evidence, Violation } from './evidence.ts'

/** What no fault of a dependency excuses: the person did nothing wrong, and we know no such error. */
const inexcusable = new Set(['internal', 'unauthenticated', 'forbidden', 'invalid_request', 'unsupported_media_type'])

/** I11: every refusal has a code of the contract and a request's id, and faults of ours are told as such. */
export function checkAnswers({ history }: Evidence): Violation[] {
  return history.calls.flatMap(({ method, path, status, code, requestId }): Violation[] => {
    // The balancer's own words, when it has nobody to ask, or a connection that broke.
    if (requestId === '' || status < 300) return []
    if (code !== '' && !inexcusable.has(code)) return []
    return [{ invariant: 'I11', text: `${method} ${path} was answered ${status} ${code} (request ${requestId})` }]
  })
}

/** Faults that no person may notice: Redis holds nothing, and a release needs no outage. */
export const unnoticed = ['Redis', 'rolling restart', 'SIGTERM', 'SIGINT']

/** I12: where only such faults struck, no call failed. */
export function checkUnnoticed({ history }: Evidence): Violation[] {
  const calm = history.faults.every(({ name }) => unnoticed.some((start) => name.startsWith(start)))
  if (!calm) return []
  return history.calls.flatMap(({ method, path, status, code, at }): Violation[] => {
    if (status !== 0 && status < 500) return []
    const during = history.faults.filter((fault) => fault.at < at && fault.until > at - 3000).map(({ name }) => name)
    const text = `${method} ${path} failed with ${status} ${code} at ${Math.round(at)}, during ${during.join(', ')}`
    return [{ invariant: 'I12', text }]
  })
}
