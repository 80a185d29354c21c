import { unnoticed } from './check/check-calls-answered.ts'

/** One round of a run: so many faults of any kind, or of those alone whose names contain one of these. */
export interface PlannedRound {
  faults: number
  only: readonly string[] | null
}

/** Few enough to find one's way in, many enough for their end to cost little; after so many rounds comes a calm one. */
const sizes = { short: { faults: 120, calm: 30, calmAfter: 1 }, long: { faults: 300, calm: 50, calmAfter: 3 } }

/** In turn: what nobody may notice, and Redis by itself, which shows what its loss does to the pace of words. */
const calmKinds = [unnoticed, ['Redis']]

/** Divides a run into rounds whose faults are together `count`. */
export function planRounds(count: number, mix: 'short' | 'long'): PlannedRound[] {
  const { faults, calm, calmAfter } = sizes[mix]
  const rounds: PlannedRound[] = []
  let calmRounds = 0
  for (let left = count; left > 0;) {
    const isCalm = rounds.length % (calmAfter + 1) === calmAfter
    const size = Math.min(left, isCalm ? calm : faults)
    rounds.push({ faults: size, only: isCalm ? (calmKinds[calmRounds++ % calmKinds.length] ?? null) : null })
    left -= size
  }
  return rounds
}
