import type { Message, MessagePage } from '@ai-assistant/contract'

/** The shown branch as far up as it was read, oldest first. `nextCursor` is null where it begins. */
export type MessageList = MessagePage

/**
 * Puts the newest page under what was read before. Where the two do not meet in the same message (another branch is shown,
 * or more was written than fits a page) the older part is let go: it is read again on the way up.
 */
export function mergeNewest(known: MessageList | undefined, newest: MessagePage): MessageList {
  const first = newest.items[0]
  if (known === undefined || first === undefined) return newest
  const meets = known.items.findIndex((message) => message.id === first.id)
  const above = meets < 0 ? known.items.at(-1) : known.items[meets - 1]
  if (above === undefined || above.id !== first.parentId) return newest
  const kept = meets < 0 ? known.items : known.items.slice(0, meets)
  return { items: [...kept, ...newest.items], nextCursor: known.nextCursor }
}

/** Puts an older page on top. A page asked for before the list changed does not fit any more and is dropped. */
export function prependOlder(known: MessageList, older: MessagePage): MessageList {
  const first = known.items[0]
  const last = older.items.at(-1)
  if (first === undefined) return known
  if (last === undefined) return { ...known, nextCursor: null }
  if (first.parentId !== last.id) return known
  return { items: [...older.items, ...known.items], nextCursor: older.nextCursor }
}

/** What the page shows from the moment a send was accepted until the list is read again. */
export function appendStarted(known: MessageList | undefined, question: Message | null, answer: Message): MessageList {
  const items = known?.items ?? []
  const parent = question === null ? answer.parentId : question.parentId
  const at = parent === null ? 0 : items.findIndex((message) => message.id === parent) + 1
  const kept = parent !== null && at === 0 ? [] : items.slice(0, at)
  return { items: [...kept, ...(question ? [question] : []), answer], nextCursor: known?.nextCursor ?? null }
}
