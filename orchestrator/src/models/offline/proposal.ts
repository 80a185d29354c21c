/** A value a field could take, and the place in the clause it was read from. */
export interface Proposal {
  value: unknown
  start: number
  end: number
  /** How well it fits the field: above 0.5 it may fill an optional one, above 0.2 a required one. */
  score: number
  /** How much its form speaks for the tool as a whole: an address for a field that takes addresses does, a plain word does not. */
  bonus: number
}

export const optionalThreshold = 0.5
export const requiredThreshold = 0.2

export function overlaps(one: { start: number; end: number }, other: { start: number; end: number }): boolean {
  return one.start < other.end && one.end > other.start
}
