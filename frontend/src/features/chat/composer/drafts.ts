import type { FilePart, UserPart } from '@ai-assistant/contract'
import type { LocalStore } from '../../../lib/local-store.ts'

/** What a person has written and not sent, by conversation (`new` where there is none yet). */
export interface Draft {
  text: string
  files: FilePart[]
}

export const draftKeys = {
  text: (place: string) => `draft:${place}`,
  files: (place: string) => `draft-files:${place}`,
}

export function readFiles(stored: string | null): FilePart[] {
  return stored === null ? [] : (JSON.parse(stored) as FilePart[])
}

export function saveFiles(store: LocalStore, place: string, files: readonly FilePart[]): void {
  store.set(draftKeys.files(place), files.length === 0 ? null : JSON.stringify(files))
}

/** Gives words that were not accepted back to the composer, before what was written there meanwhile. */
export function restoreDraft(store: LocalStore, place: string, parts: readonly UserPart[]): void {
  const back = draftOf(parts)
  const now = store.get(draftKeys.text(place)) ?? ''
  if (!now.startsWith(back.text)) store.set(draftKeys.text(place), [back.text, now].filter(Boolean).join('\n\n'))
  else store.set(draftKeys.text(place), now)
  saveFiles(store, place, [...back.files, ...readFiles(store.get(draftKeys.files(place)))])
}

export function partsOf(draft: Draft): UserPart[] {
  const text = draft.text.trim()
  return [...draft.files, ...(text === '' ? [] : [{ type: 'text' as const, text }])]
}

function draftOf(parts: readonly UserPart[]): Draft {
  return {
    text: parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n'),
    files: parts.flatMap((part) => (part.type === 'file' ? [part] : [])),
  }
}
