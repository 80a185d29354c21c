import type { ListedBackup } from './list-backups.ts'

const DAY_MS = 24 * 3600_000

/**
 * The names to remove: those older than `days`, and those beyond the newest `count`. Never the newest that is whole, nor the
 * newest that was proven by a restore; and of what is unfinished or damaged nothing that is younger than a day, because somebody
 * may be writing it, or want to look at it.
 */
export function chooseExpired(
  backups: readonly ListedBackup[],
  { days, count, now }: { days: number; count: number | null; now: Date },
): string[] {
  const whole = backups.filter(({ state }) => state === 'whole').toSorted((a, b) => ageOf(a, now) - ageOf(b, now))
  const kept = new Set([whole[0]?.name, whole.find(({ verifiedAt }) => verifiedAt !== null)?.name])
  const expired = whole.filter((backup, at) => ageOf(backup, now) > days * DAY_MS || (count !== null && at >= count))
  const broken = backups.filter(({ state, name }) => {
    const age = now.getTime() - momentOf(name)
    return (state === 'unfinished' && age > DAY_MS) || (state === 'damaged' && age > days * DAY_MS)
  })
  return [...expired.filter(({ name }) => !kept.has(name)), ...broken].map(({ name }) => name)
}

function ageOf({ name, cutAt }: ListedBackup, now: Date): number {
  return now.getTime() - (cutAt === null ? momentOf(name) : Date.parse(cutAt))
}

/** A backup's name says when it was made. */
function momentOf(name: string): number {
  return Date.parse(name.replace(/^ai_assistant_(....)(..)(..)_(..)(..)(..)_.*$/, '$1-$2-$3T$4:$5:$6Z'))
}
