import { checkCalls, checkEffects, checkUsage } from './check-bills.ts'
import { checkAnswers, checkUnnoticed } from './check-calls-answered.ts'
import { checkPrivacy, checkReaders, checkSeen, checkTexts } from './check-readers.ts'
import { checkAccidents, checkDeaths, checkEnds, checkRuns } from './check-runs.ts'
import { checkKeys, checkOrder, checkSends } from './check-sends.ts'
import { checkDeletions, withoutDeleted } from './check-deletions.ts'
import type { Evidence, Violation } from './evidence.ts'

const checks = [
  checkSends,
  checkOrder,
  checkRuns,
  checkSeen,
  checkTexts,
  checkReaders,
  checkKeys,
  checkCalls,
  checkUsage,
  checkEffects,
  checkPrivacy,
  checkEnds,
  checkDeaths,
  checkAccidents,
  checkAnswers,
  checkUnnoticed,
]

/** Everything that must hold of a round; empty where it held. */
export function checkAll(evidence: Evidence): Violation[] {
  const kept = withoutDeleted(evidence)
  return [...checkDeletions(evidence), ...checks.flatMap((check) => check(kept))]
}
