import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Fault } from './fault.ts'

export const noteSchema = z.strictObject({
  id: z.string().describe('Names the note.'),
  text: z.string(),
  createdAt: z.iso.datetime().describe('When it was written, in UTC.'),
})
export type Note = z.infer<typeof noteSchema>

export const MAX_NOTES = 1000

/** Notes in one JSON file. A change is on disk, whole, before its promise resolves. One process per directory. */
export interface NotesStore {
  list(): Promise<Note[]>
  add(text: string): Promise<Note>
  /** The removed note; a `Fault` if there is none of that id. */
  remove(id: string): Promise<Note>
}

export interface NotesStoreOptions {
  directory: string
  newId: () => string
  now: () => Date
  onChange: () => void
}

export function createNotesStore({ directory, newId, now, onChange }: NotesStoreOptions): NotesStore {
  const file = join(directory, 'notes.json')
  let last: Promise<unknown> = Promise.resolve()

  // Changes run one after another, each on what the one before left.
  function change<Result>(edit: (notes: Note[]) => { notes: Note[]; result: Result }): Promise<Result> {
    const next = last.then(async () => {
      const { notes, result } = edit(await readNotes(file))
      await mkdir(directory, { recursive: true, mode: 0o700 })
      await writeWhole(file, `${JSON.stringify(notes, null, 2)}\n`)
      onChange()
      return result
    })
    last = next.catch(() => undefined)
    return next
  }

  return {
    list: () => readNotes(file),
    add: (text) =>
      change((notes) => {
        if (notes.length >= MAX_NOTES) throw new Fault(`There are ${MAX_NOTES} notes already. Delete one first.`)
        const note = { id: newId(), text, createdAt: now().toISOString() }
        return { notes: [...notes, note], result: note }
      }),
    remove: (id) =>
      change((notes) => {
        const note = notes.find((candidate) => candidate.id === id)
        if (note === undefined) throw new Fault(`There is no note "${id}". list_notes tells the ids.`)
        return { notes: notes.filter((candidate) => candidate !== note), result: note }
      }),
  }
}

async function readNotes(file: string): Promise<Note[]> {
  try {
    return z.array(noteSchema).parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw new Error(`${file} cannot be read. Mend it or move it away.`, { cause: error })
  }
}

/** Readers, and a process that starts after a crash, see the old file or the new one, never a half. */
async function writeWhole(file: string, content: string): Promise<void> {
  const fresh = `${file}.new`
  const handle = await open(fresh, 'w', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(fresh, file)
}
