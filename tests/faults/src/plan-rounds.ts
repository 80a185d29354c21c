/** One round of a run: so many faults of any kind, or of those alone that nobody may notice. */
export interface PlannedRound {
  faults: number
  calm: boolean
}

/** Few enough to find one's way in, many enough for their end to cost little; after so many rounds comes a calm one. */
const sizes = { short: { faults: 120, calm: 40, calmAfter: 1 }, long: { faults: 300, calm: 60, calmAfter: 4 } }

/** Divides a run into rounds whose faults are together `count`. */
export function planRounds(count: number, mix: 'short' | 'long'): PlannedRound[] {
  const { faults, calm, calmAfter } = sizes[mix]
  const rounds: PlannedRound[] = []
  for (let left = count; left > 0;) {
    const isCalm = rounds.length % (calmAfter + 1) === calmAfter
    const size = Math.min(left, isCalm ? calm : faults)
    rounds.push({ faults: size, calm: isCalm })
    left -= size
  }
  return rounds
}
