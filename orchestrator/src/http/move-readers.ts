import type { ReaderHub } from '../journal/reader-hub.ts'

/** Sends every reader of this server on to another: its stream ends without `[DONE]`, after a part that says so. */
export function moveReaders(readers: ReaderHub): void {
  for (const follower of readers.all()) follower.move()
}
