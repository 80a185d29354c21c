import { recordAudit } from '../audit/record-audit.ts'
import type { Database } from '../storage/database.ts'
import type { ToolPin, ToolPins } from './tool-pins.ts'

/** Pins in the database, where every replica finds them. */
export function createStoredPins(database: Database): ToolPins {
  return {
    load: () => database.asSystem((tx) => tx.sql<ToolPin>('select server, tool, hash, definition from mcp_tool_pin')),
    add: async (pins) => {
      await database.asSystem(async (tx) => {
        for (const pin of pins) {
          await tx.sql(`${INSERT} on conflict (server, tool) do nothing`, values(pin))
        }
      })
    },
    replace: async (pin, { personId, origin }) => {
      await database.asSystem(async (tx) => {
        await tx.sql(REPLACE, [...values(pin), personId])
        await recordAudit(tx, {
          actor: { kind: 'person', id: personId },
          action: 'tool.accepted',
          object: { type: 'tool', id: pin.tool },
          details: { server: pin.server, hash: pin.hash },
          origin,
        })
      })
    },
  }
}

const INSERT = 'insert into mcp_tool_pin (server, tool, hash, definition) values ($1, $2, $3, $4)'

const REPLACE = `
  insert into mcp_tool_pin (server, tool, hash, definition, accepted_by) values ($1, $2, $3, $4, $5)
  on conflict (server, tool) do update
  set hash = excluded.hash, definition = excluded.definition, accepted_by = excluded.accepted_by, accepted_at = now()`

function values(pin: ToolPin): string[] {
  return [pin.server, pin.tool, pin.hash, pin.definition]
}
