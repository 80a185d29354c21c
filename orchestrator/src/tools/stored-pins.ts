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
    replace: async (pin) => {
      await database.asSystem((tx) =>
        tx.sql(
          `${INSERT} on conflict (server, tool)
           do update set hash = excluded.hash, definition = excluded.definition, accepted_at = now()`,
          values(pin),
        ),
      )
    },
  }
}

const INSERT = 'insert into mcp_tool_pin (server, tool, hash, definition) values ($1, $2, $3, $4)'

function values(pin: ToolPin): string[] {
  return [pin.server, pin.tool, pin.hash, pin.definition]
}
