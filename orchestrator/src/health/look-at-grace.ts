import { fault, type Finding, ok, skipped } from './finding.ts'

/** Seconds to hand over what has not ended after the drain. */
const HAND_OVER = 5

/** Whether who stops the process waits longer than its answers are given to end. In seconds. */
export function lookAtGrace(grace: number | null, { drain, preStop }: { drain: number; preStop: number }): Finding {
  const needed = preStop + drain + HAND_OVER
  if (grace === null) return skipped('Grace period', `give --grace-period; it must be ${needed} s or more`)
  if (grace >= needed)
    return ok('Grace period', `${grace} s for ${preStop} s of preStop, ${drain} s of drain and the hand-over`)
  const advice = `Set terminationGracePeriodSeconds (Kubernetes), stop_grace_period (Compose) or TimeoutStopSec (systemd) to ${needed} s or more.`
  return fault('Grace period', `${grace} s are less than the ${needed} s that stopping takes`, advice)
}
