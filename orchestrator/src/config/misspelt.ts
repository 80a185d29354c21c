import { variableList } from './env.ts'

/** A line for each variable whose name is nearly one of ours, and which would be ignored in silence. */
export function noticeMisspelt(env: Record<string, string | undefined>): string[] {
  const known = new Set(variableList.flatMap(([name, { secret }]) => (secret ? [name, `${name}_FILE`] : [name])))
  return Object.keys(env)
    .filter((name) => env[name] && !known.has(name))
    .flatMap((name) => {
      const meant = [...known].find((candidate) => isNear(name.toUpperCase(), candidate))
      return meant ? [`${name} is not a variable of ours and was ignored. Did you mean ${meant}?`] : []
    })
}

/** One slip in a short name, two in a long one. */
function isNear(name: string, known: string): boolean {
  const allowed = known.length < 8 ? (known.length < 6 ? 0 : 1) : 2
  return Math.abs(name.length - known.length) <= allowed && distance(name, known) <= allowed
}

/** Damerau and Levenshtein: insertions, deletions, substitutions and swaps of neighbours. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        (previous[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Infinity,
      )
    }
    before = previous
    previous = row
  }
  return previous[b.length] ?? 0
}
