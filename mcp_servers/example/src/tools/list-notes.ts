import { z } from 'zod'
import { count } from '../lib/count.ts'
import { noteSchema, type NotesStore } from '../lib/notes-store.ts'
import type { Tool } from '../tool.ts'

const input = z.strictObject({
  search: z.string().max(200).default('').describe('Only notes that contain this text, whatever its case. Empty: all.'),
  limit: z.int().min(1).max(100).default(20).describe('At most so many, newest first.'),
})

const output = z.strictObject({
  notes: z.array(noteSchema),
  found: z.int().describe('How many match; more than are listed if the limit cut some off.'),
})

export function listNotes(notes: NotesStore): Tool<typeof input, typeof output> {
  return {
    name: 'list_notes',
    title: 'List notes',
    description: 'Lists the notes in the notebook of this server, newest first, or those that contain a given text.',
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    input,
    output,
    async run({ search, limit }) {
      const wanted = search.toLowerCase()
      const matching = (await notes.list()).filter(({ text }) => text.toLowerCase().includes(wanted)).toReversed()
      const listed = matching.slice(0, limit)
      const lines = listed.map(({ id, createdAt, text }) => `- ${id} (${createdAt}): ${text}`)
      const heading = `${count(matching.length, 'note')} found, ${listed.length} listed.`
      return { text: [heading, ...lines].join('\n'), data: { notes: listed, found: matching.length } }
    },
  }
}
