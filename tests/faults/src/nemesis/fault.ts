import type { Cluster } from '../cluster/start-cluster.ts'
import type { Random } from '../random.ts'

/** What it strikes. Faults of different kinds meet, and so make the pairs; see `arms` for those of one kind. */
export type Hand = 'processes' | 'postgres' | 'redis' | 'model' | 'upstream' | 'tools' | 'clients'

export interface Fault {
  name: string
  hand: Hand
  weight: number
  /** How many workers may lose their runs by it at the most (0). */
  deaths?: number
  /** Brings it about, holds it, and makes it good again. Resolves to what was done, or null where nothing came of it. */
  strike(target: Target): Promise<string | null>
}

/** What a fault may touch. */
export interface Target {
  cluster: Cluster
  random: Random
  /** The process of this replica ends or freezes because of us. Returns how to take that back. */
  expectTrouble: (replica: number) => () => void
}
