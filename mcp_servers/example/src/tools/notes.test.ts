import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { callTool } from '../../test/call.ts'
import { createNotesStore } from '../lib/notes-store.ts'
import { addNote } from './add-note.ts'
import { deleteNote } from './delete-note.ts'
import { listNotes } from './list-notes.ts'

let directory = ''
let changes = 0

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'notes-'))
  changes = 0
})
afterEach(() => rm(directory, { recursive: true }))

function openStore() {
  let number = 0
  return createNotesStore({
    directory: join(directory, 'deep'),
    newId: () => `n${(number += 1)}`,
    now: () => new Date('2026-11-23T12:00:00Z'),
    onChange: () => (changes += 1),
  })
}

test('a note is there for whoever opens the notebook next', async () => {
  const { data } = await callTool(addNote(openStore()), { text: '  Buy milk  ' })
  expect(data).toEqual({ id: 'n1', text: 'Buy milk', createdAt: '2026-11-23T12:00:00.000Z' })
  expect((await callTool(listNotes(openStore()), {})).data).toEqual({ notes: [data], found: 1 })
  expect(changes).toBe(1)
})

test('notes written at once are all kept, and no half file stays behind', async () => {
  const notes = openStore()
  await Promise.all(Array.from({ length: 30 }, (_, index) => callTool(addNote(notes), { text: `note ${index}` })))
  expect((await callTool(listNotes(notes), { limit: 5 })).data).toMatchObject({ found: 30 })
  expect(await readdir(join(directory, 'deep'))).toEqual(['notes.json'])
})

test('lists newest first and finds by text', async () => {
  const notes = openStore()
  for (const text of ['Apples', 'Pears', 'Pineapples']) await callTool(addNote(notes), { text })
  const { data } = await callTool(listNotes(notes), { search: 'APPLE' })
  expect(data.notes.map(({ text }) => text)).toEqual(['Pineapples', 'Apples'])
})

test('deleting takes one note, and a second time tells that it is gone', async () => {
  const notes = openStore()
  await callTool(addNote(notes), { text: 'one' })
  await callTool(addNote(notes), { text: 'two' })
  expect((await callTool(deleteNote(notes), { id: 'n1' })).data.text).toBe('one')
  await expect(callTool(deleteNote(notes), { id: 'n1' })).rejects.toThrow(/list_notes/)
  expect((await callTool(listNotes(notes), {})).data.notes.map(({ id }) => id)).toEqual(['n2'])
})

test('a failed change does not block the next one', async () => {
  const notes = openStore()
  await expect(notes.remove('none')).rejects.toThrow(/no note/)
  expect(await notes.add('still works')).toMatchObject({ text: 'still works' })
})

test('a full notebook says so', async () => {
  const notes = openStore()
  await notes.add('first')
  const full = Array.from({ length: 1000 }, (_, index) => ({
    id: `x${index}`,
    text: 'x',
    createdAt: '2026-01-01T00:00:00.000Z',
  }))
  await writeFile(join(directory, 'deep', 'notes.json'), JSON.stringify(full))
  await expect(callTool(addNote(notes), { text: 'one more' })).rejects.toThrow(/Delete one first/)
})

test('a file that is no notebook is reported, not overwritten', async () => {
  const notes = openStore()
  await notes.add('first')
  await writeFile(join(directory, 'deep', 'notes.json'), '{"broken"')
  await expect(notes.add('second')).rejects.toThrow(/cannot be read/)
})
