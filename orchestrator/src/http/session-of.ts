import type { Caller } from './admit.ts'
import { HttpProblem } from './problem.ts'

/** For routes that are closed to programs: whoever calls has a session. */
export function sessionOf(caller: Caller): Extract<Caller, { means: 'session' }> {
  if (caller.means !== 'session') throw new HttpProblem('forbidden', 'This is for people at the browser.')
  return caller
}
