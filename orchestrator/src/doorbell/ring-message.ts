import { z } from 'zod'
import type { Ring } from './doorbell.ts'

/** Events of more characters than this are left out, and read from the journal by whoever wants them. */
const MAX_ATTACHED = 16 * 1024
/** Nothing we send is longer, escapes and all; longer ones are not ours. */
const MAX_MESSAGE = 8 * MAX_ATTACHED

const message = z.object({
  from: z.string(),
  seq: z.int().nonnegative(),
  events: z.array(z.object({ seq: z.int().positive(), payload: z.string() })).optional(),
})

/** The text that is published for a ring. */
export function encodeRing({ seq, events }: Ring, from: string): string {
  const size = events?.reduce((sum, event) => sum + event.payload.length, 0) ?? 0
  return JSON.stringify(size < MAX_ATTACHED ? { from, seq, events } : { from, seq })
}

/** The ring in a published text; null where it is our own (`self`) or no ring at all: anybody may publish to a channel. */
export function decodeRing(runId: string, text: string, self: string): Ring | null {
  if (text.length > MAX_MESSAGE) return null
  const { data } = message.safeParse(parseJson(text))
  if (data === undefined || data.from === self) return null
  return data.events === undefined ? { runId, seq: data.seq } : { runId, seq: data.seq, events: data.events }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
