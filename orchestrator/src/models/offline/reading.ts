import type { Clause } from './read-clause.ts'
import type { Field } from './read-schema.ts'

/** A clause read with one tool in mind. */
export interface Reading {
  clause: Clause
  fields: Field[]
  /** Stems of the tool's own name: in a question they name the tool and are no values. */
  toolStems: ReadonlySet<string>
  /** Stems of its name and description together. */
  aboutStems: ReadonlySet<string>
  /** Name and description of the tool. */
  toolText: string
}
