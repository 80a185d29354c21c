import type { RingEvent } from '../doorbell/doorbell.ts'
import type { Database } from '../storage/database.ts'

/** What is read at once: so many events, and no further than so many bytes of them. */
const PAGE_EVENTS = 500
const PAGE_BYTES = 256 * 1024

export interface EventPage {
  events: RingEvent[]
  /** It was cut: more may follow. */
  more: boolean
}

/** The committed events of a run after `after`, in order: one at least, where there is one. */
export async function readEvents(database: Database, runId: string, after: number): Promise<EventPage> {
  const rows = await database.readAsSystem<{ seq: string | number; payload: string; bytes: string | number }>({
    text: READ_PAGE,
    values: [runId, after, PAGE_EVENTS, PAGE_BYTES],
    name: 'journal_read',
  })
  const cut = rows.length === PAGE_EVENTS || Number(rows.at(-1)?.bytes ?? 0) >= PAGE_BYTES
  return { events: rows.map((row) => ({ seq: Number(row.seq), payload: row.payload })), more: cut }
}

// An event's size is known without its text: what is beyond the page is not fetched from where long texts are kept.
const READ_PAGE = `
  select seq, payload, bytes from (
    select seq, payload, octet_length(payload) as own, sum(octet_length(payload)) over (order by seq) as bytes
    from run_event where run_id = $1 and seq > $2 order by seq limit $3
  ) page where bytes - own < $4 order by seq`

/** All of them. */
export async function readAllEvents(database: Database, runId: string): Promise<RingEvent[]> {
  const events: RingEvent[] = []
  for (;;) {
    const page = await readEvents(database, runId, events.at(-1)?.seq ?? 0)
    events.push(...page.events)
    if (!page.more) return events
  }
}

/** The last part of every run, which is how a reader knows that nothing follows. */
export function isLastEvent(event: RingEvent): boolean {
  return event.payload.startsWith('{"type":"finish",')
}
