import type { ColdStart } from '../figures/cold-start.ts'
import type { Sample } from '../figures/figure.ts'
import type { Contained } from '../figures/held.ts'
import type { Opening } from '../figures/opening.ts'
import type { Machine } from './machine.ts'

/** What one run of the bench measured; a figure that was left out is absent. */
export interface Results {
  at: string
  machine: Machine
  /** Shorter measurements of one round: good for a look, not for a claim. */
  quick: boolean
  live?: Sample[]
  saturated?: Sample[]
  held?: Sample[]
  /** Null where this machine lets us limit nobody's memory. */
  contained?: Contained | null
  halfCore?: Sample[]
  opening?: Opening[]
  coldStart?: ColdStart
}

export const figureNames = ['live', 'saturated', 'held', 'contained', 'halfCore', 'opening', 'coldStart'] as const
export type FigureName = (typeof figureNames)[number]
