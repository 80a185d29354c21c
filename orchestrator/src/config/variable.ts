import type { z } from 'zod'

/** One variable of the environment, declared as data: read, checked, documented and shown in `.env.example` from here. */
export interface Variable {
  /** Reads the text of the environment. Its message completes the sentence "NAME must be …". */
  type: z.ZodType<unknown, string>
  /** What counts where the variable is unset or empty. */
  default?: string | number | boolean | string[]
  /** Why there is no fixed default, for the documentation. */
  unset?: string
  /** Its value is never shown, and `NAME_FILE` may name a file that holds it. */
  secret?: true
  /** One or two sentences for the documentation. */
  doc: string
  /** A value worth showing where there is no default. */
  example?: string
  /** What is not in this version yet; the variable is checked, and setting it says so. */
  later?: string
}

export type Variables = Record<string, Variable>

export type Values<V extends Variables> = { [Name in keyof V]: Value<V[Name]> }

type Value<V extends Variable> = V extends { default: unknown } ? z.output<V['type']> : z.output<V['type']> | null
