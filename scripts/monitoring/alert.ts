/** An alert's rule, and how its tests make it fire and keep it silent. */
export interface Alert {
  name: string
  expr: string
  /** How long it must hold, as Prometheus writes it. */
  for: string
  /** `page`: somebody must look now · `ticket`: within a working day. */
  severity: 'page' | 'ticket'
  summary: string
  /** What to do first, in one line; the page in `docs/runbooks/` says the rest. */
  description: string
}
