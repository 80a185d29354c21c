import { z } from 'zod'
import { MAX_NOTES, noteSchema, type NotesStore } from '../lib/notes-store.ts'
import type { Tool } from '../tool.ts'

const input = z.strictObject({
  text: z.string().trim().min(1).max(10_000).describe('What to remember. Its first line serves as the title.'),
})

export function addNote(notes: NotesStore): Tool<typeof input, typeof noteSchema> {
  return {
    name: 'add_note',
    title: 'Add a note',
    description: `Writes a note into the notebook of this server, which keeps up to ${MAX_NOTES}. Everyone who may use this server can read it.`,
    // Calling it twice makes two notes, so it is not idempotent; it takes nothing away, so it is not destructive.
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
    input,
    output: noteSchema,
    async run({ text }) {
      const note = await notes.add(text)
      return { text: `Noted as ${note.id}.`, data: note }
    },
  }
}
