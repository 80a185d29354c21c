import { McpServer } from '@modelcontextprotocol/server'
import about from '../package.json' with { type: 'json' }
import type { NotesStore } from './lib/notes-store.ts'
import { registerAbout } from './resources/about.ts'
import { registerNotes } from './resources/notes.ts'
import { registerPlanMeeting } from './prompts/plan-meeting.ts'
import { registerTool, type Watch } from './tool.ts'
import { addNote } from './tools/add-note.ts'
import { calculate } from './tools/calculate.ts'
import { calculateDate } from './tools/calculate-date.ts'
import { convertUnits } from './tools/convert-units.ts'
import { countText } from './tools/count-text.ts'
import { deleteNote } from './tools/delete-note.ts'
import { drawRandom } from './tools/draw-random.ts'
import { hashText } from './tools/hash-text.ts'
import { listNotes } from './tools/list-notes.ts'
import { queryJson } from './tools/query-json.ts'
import { runTimer } from './tools/run-timer.ts'
import { timeInZone } from './tools/time-in-zone.ts'

export interface ExampleServerOptions extends Watch {
  notes: NotesStore
  now: () => Date
}

/** The whole server: everything it offers, one line each. Cheap to make: over HTTP each request gets a fresh one. */
export function createExampleServer({ notes, now, ...watch }: ExampleServerOptions): McpServer {
  const server = new McpServer(
    { name: 'example', title: 'Everyday tools', version: about.version },
    {
      capabilities: { tools: {}, resources: { listChanged: true }, prompts: {} },
      instructions: 'Use these tools for time, dates, arithmetic, units and randomness instead of guessing.',
    },
  )
  registerTool(server, timeInZone(now), watch)
  registerTool(server, calculate, watch)
  registerTool(server, convertUnits, watch)
  registerTool(server, countText, watch)
  registerTool(server, calculateDate(now), watch)
  registerTool(server, drawRandom, watch)
  registerTool(server, queryJson, watch)
  registerTool(server, hashText, watch)
  registerTool(server, addNote(notes), watch)
  registerTool(server, listNotes(notes), watch)
  registerTool(server, deleteNote(notes), watch)
  registerTool(server, runTimer, watch)
  registerAbout(server)
  registerNotes(server, notes)
  registerPlanMeeting(server)
  return server
}
