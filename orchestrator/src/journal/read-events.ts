import type { RingEvent } from '../doorbell/doorbell.ts'
import type { Database } from '../storage/database.ts'

/** Events of one page at the most. A reader asks again until it gets fewer. */
export const EVENT_PAGE = 500

/** The committed events of a run after `after`, in order. */
export async function readEvents(database: Database, runId: string, after: number): Promise<RingEvent[]> {
  const rows = await database.readAsSystem<{ seq: string | number; payload: string }>({
    text: 'select seq, payload from run_event where run_id = $1 and seq > $2 order by seq limit $3',
    values: [runId, after, EVENT_PAGE],
    name: 'journal_read',
  })
  return rows.map((row) => ({ seq: Number(row.seq), payload: row.payload }))
}

/** All of them. */
export async function readAllEvents(database: Database, runId: string): Promise<RingEvent[]> {
  const events: RingEvent[] = []
  for (;;) {
    const page = await readEvents(database, runId, events.at(-1)?.seq ?? 0)
    events.push(...page)
    if (page.length < EVENT_PAGE) return events
  }
}

/** The last part of every run, which is how a reader knows that nothing follows. */
export function isLastEvent(event: RingEvent): boolean {
  return event.payload.startsWith('{"type":"finish",')
}
