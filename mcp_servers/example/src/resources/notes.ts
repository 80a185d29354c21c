import { type McpServer, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server'
import type { NotesStore } from '../lib/notes-store.ts'

const NAME_LENGTH = 60

/** Each note as a resource a person can attach: `note://<id>`. */
export function registerNotes(server: McpServer, notes: NotesStore): void {
  const template = new ResourceTemplate('note://{id}', {
    list: async () => ({
      resources: (await notes.list()).map(({ id, text }) => ({
        uri: `note://${id}`,
        name: text.split('\n', 1)[0]?.slice(0, NAME_LENGTH) ?? id,
        mimeType: 'text/plain',
      })),
    }),
  })
  const config = { title: 'Note', description: 'One note of the notebook.', mimeType: 'text/plain' }
  server.registerResource('note', template, config, async (uri, { id }) => {
    const note = (await notes.list()).find((candidate) => candidate.id === id)
    if (note === undefined) throw new ResourceNotFoundError(uri.href)
    return { contents: [{ uri: uri.href, mimeType: 'text/plain', text: note.text }] }
  })
}
