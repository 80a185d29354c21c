import { stdSerializers } from 'pino'

/** What a line says of an error beside its words: one of a few codes and names, never a value. */
const told = ['code', 'severity', 'table', 'column', 'constraint', 'routine', 'status', 'part'] as const

/**
 * What is logged of an error: its words and its stack, with those of its causes, and what names its kind. Drivers hang more
 * on their errors: the row that was refused, with what people wrote in it, or the whole connection with its statements.
 */
export function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { type, message, stack } = stdSerializers.err(error)
  const more = told.flatMap((name) => {
    const value: unknown = Reflect.get(error, name)
    return typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : []
  })
  const several = error instanceof AggregateError ? error.errors.map(String) : null
  return { type, message, stack, ...Object.fromEntries(more), ...(several === null ? {} : { errors: several }) }
}
