import type { Database } from '../storage/database.ts'
import type { Secrets } from '../secrets/open-secrets.ts'
import type { SealPurpose } from '../secrets/seal.ts'

/** Every column that holds sealed values. A new one is a line here, and is sealed anew with the others. */
const sealedColumns: { purpose: SealPurpose; table: string; column: string }[] = [
  { purpose: 'api-key', table: 'api_key', column: 'sealed_hash' },
]

/** Rows of one transaction. */
const PAGE = 500

/**
 * Seals anew, with the present key, what is sealed with the one before. May be stopped at any time and run again, beside
 * running servers. What cannot be opened is left as it is and counted.
 */
export async function reseal(database: Database, secrets: Secrets): Promise<{ resealed: number; unreadable: number }> {
  const total = { resealed: 0, unreadable: 0 }
  for (const { purpose, table, column } of sealedColumns) {
    let after = '00000000-0000-0000-0000-000000000000'
    for (;;) {
      const rows = await database.asSystem(async (tx) => {
        const page = await tx.sql<{ id: string; sealed: string }>(
          `select id, ${column} as sealed from ${table} where id > $1::uuid order by id limit ${PAGE} for update`,
          [after],
        )
        for (const row of page.filter(({ sealed }) => !secrets.isCurrent(sealed))) {
          const fresh = sealAnew(secrets, purpose, row)
          if (fresh === null) {
            total.unreadable += 1
            continue
          }
          await tx.sql(`update ${table} set ${column} = $2 where id = $1::uuid`, [row.id, fresh])
          total.resealed += 1
        }
        return page
      })
      after = rows.at(-1)?.id ?? after
      if (rows.length < PAGE) break
    }
  }
  return total
}

function sealAnew(secrets: Secrets, purpose: SealPurpose, row: { id: string; sealed: string }): string | null {
  try {
    return secrets.seal(purpose, row.id, secrets.open(purpose, row.id, row.sealed))
  } catch {
    // Its key is not configured any more: an operator may still have it.
    return null
  }
}
