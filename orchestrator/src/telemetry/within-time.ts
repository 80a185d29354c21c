/** A database that does not answer must not keep the other figures from whoever looks for the reason. */
const MAX_WAIT_MS = 1000

/** Null where the answer is late or fails. */
export async function withinTime<T>(answer: Promise<T>): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(() => resolve(null), MAX_WAIT_MS)
  try {
    // What is unknown is left out of the metrics, and its absence seen there.
    return await Promise.race([answer.catch(() => null), late])
  } finally {
    clearTimeout(timer)
  }
}
