import { fillArguments } from './fill-arguments.ts'
import type { Plan, PlannedCall } from './plan-calls.ts'
import { readingOf } from './plan-calls.ts'
import { readClause } from './read-clause.ts'
import type { Field } from './read-schema.ts'

/** Reads a person's reply as what was asked for. Null where it gives none of it. */
export function fillMissing(pending: Plan, reply: string, today: Date): Plan | null {
  const calls = pending.calls.map((call) => fillCall(call, reply, today))
  return calls.some((call, index) => call.missing.length < (pending.calls[index]?.missing.length ?? 0))
    ? { calls, unmatched: [] }
    : null
}

function fillCall(call: PlannedCall, reply: string, today: Date): PlannedCall {
  const clause = readClause(reply.trim(), today)
  const reading = {
    ...readingOf(clause, call.tool),
    fields: call.missing,
    toolStems: new Set<string>(),
    aboutStems: new Set<string>(),
  }
  const filling = fillArguments(reading, {})
  const [only] = filling.missing
  if (filling.missing.length === 1 && filling.used.length === 0 && only !== undefined && takesText(only)) {
    return { ...call, args: place(call.args, only.path, reply.trim()), missing: [] }
  }
  const args = filling.used.reduce(
    (filled, { field, proposal }) => place(filled, field.path, proposal.value),
    call.args,
  )
  return { ...call, args, missing: filling.missing }
}

function takesText(field: Field): boolean {
  return (
    field.type === 'string' &&
    field.choices === null &&
    field.schema['format'] === undefined &&
    field.schema['pattern'] === undefined
  )
}

function place(args: Record<string, unknown>, path: readonly string[], value: unknown): Record<string, unknown> {
  const [first, ...rest] = path
  if (first === undefined) return args
  const inner = args[first]
  const nested = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? { ...inner } : {}
  return { ...args, [first]: rest.length === 0 ? value : place(nested, rest, value) }
}
