import { newId } from './new-id.ts'

/** Begins a trace (W3C) with what a person did; whether it is recorded, the servers decide. */
export function traceHeader(): { traceparent: string } {
  return { traceparent: `00-${newId()}-${newId(8)}-00` }
}
