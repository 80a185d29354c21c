import type { ProblemCode } from '@ai-assistant/contract'

/** A request about a run that cannot be carried out, with the code and context that its answer carries. */
export class SendRefused extends Error {
  override name = 'SendRefused'
  readonly code: ProblemCode
  readonly context: Record<string, unknown> | undefined

  constructor(code: ProblemCode, detail?: string, context?: Record<string, unknown>) {
    super(detail ?? code)
    this.code = code
    this.context = context
  }
}
