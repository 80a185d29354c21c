import type { ProblemCode } from '@ai-assistant/contract'

/** A request about people that is refused, in the words of the contract: the code, and a detail that names what to change. */
export class PeopleRefused extends Error {
  override name = 'PeopleRefused'
  readonly code: ProblemCode
  readonly context: Record<string, unknown> | undefined
  /** The field of the body at fault. */
  readonly field: string | undefined

  constructor(code: ProblemCode, detail = '', more: { context?: Record<string, unknown>; field?: string } = {}) {
    super(detail)
    this.code = code
    this.context = more.context
    this.field = more.field
  }
}
