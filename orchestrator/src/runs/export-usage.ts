import type { Database } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'

const PAGE = 1000

const columns = [
  'id',
  'kind',
  'name',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'reasoning_tokens',
  'estimated',
  'charged',
  'conversation_id',
  'created_at',
] as const

/** The lines of the ledger that are a person's, oldest first, a page at a time. */
export async function* exportUsage(database: Database, personId: string): AsyncGenerator<{ id: string }> {
  let page = await readUsage(database, personId, null)
  while (page.length > 0) {
    yield* page
    page = await readUsage(database, personId, page.at(-1)?.id ?? null)
  }
}

async function readUsage(database: Database, personId: string, after: string | null): Promise<{ id: string }[]> {
  return database.asPerson(personId, (tx) =>
    tx.all(
      queries
        .selectFrom('usage_entry')
        .select(columns)
        .where('owner_id', '=', personId)
        .$if(after !== null, (builder) => builder.where('id', '>', after))
        .orderBy('id')
        .limit(PAGE),
    ),
  )
}
