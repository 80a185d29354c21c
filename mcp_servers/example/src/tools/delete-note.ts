import { z } from 'zod'
import { noteSchema, type NotesStore } from '../lib/notes-store.ts'
import type { Tool } from '../tool.ts'

const input = z.strictObject({
  id: z.string().min(1).max(100).describe('The id of the note, as list_notes tells it.'),
})

export function deleteNote(notes: NotesStore): Tool<typeof input, typeof noteSchema> {
  return {
    name: 'delete_note',
    title: 'Delete a note',
    description: 'Removes one note from the notebook for good. Answers with what it held.',
    // A second call for the same id finds nothing and changes nothing: idempotent, though what it takes is gone.
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    input,
    output: noteSchema,
    async run({ id }) {
      const note = await notes.remove(id)
      return { text: `Deleted note ${id}, which said: ${note.text}`, data: note }
    },
  }
}
