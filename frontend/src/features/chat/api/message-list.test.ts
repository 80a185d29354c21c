import type { Message, MessagePage } from '@ai-assistant/contract'
import { expect, test } from 'vitest'
import { appendStarted, mergeNewest, prependOlder } from './message-list.ts'

function message(id: string, parentId: string | null): Message {
  return {
    id,
    parentId,
    role: 'user',
    parts: [],
    state: 'complete',
    reason: null,
    error: null,
    runId: null,
    model: null,
    usage: null,
    createdAt: '2026-01-01T00:00:00Z',
    siblings: [id],
  }
}

/** A chain of messages, one below the other. */
function chain(ids: string, parentId: string | null = null): Message[] {
  return Array.from(ids, (id, index) => message(id, index === 0 ? parentId : (ids[index - 1] ?? null)))
}

const page = (items: Message[], nextCursor: string | null = null): MessagePage => ({ items, nextCursor })
const ids = ({ items }: MessagePage) => items.map(({ id }) => id).join('')

test('a newer page replaces what it covers and keeps what is above', () => {
  const merged = mergeNewest(page(chain('abcd'), 'x'), page(chain('cdef', 'b'), 'c'))
  expect(ids(merged)).toBe('abcdef')
  expect(merged.nextCursor).toBe('x')
})

test('a page that follows directly is put below', () => {
  expect(ids(mergeNewest(page(chain('ab')), page(chain('cd', 'b'), 'c')))).toBe('abcd')
})

test('a page that does not meet what is known stands alone', () => {
  const merged = mergeNewest(page(chain('abc')), page(chain('xyz', 'w'), 'x'))
  expect(ids(merged)).toBe('xyz')
  expect(merged.nextCursor).toBe('x')
})

test('another branch keeps only the messages above the fork', () => {
  expect(ids(mergeNewest(page(chain('abcd')), page([message('e', 'b'), message('f', 'e')], 'e')))).toBe('ef')
  expect(ids(mergeNewest(page(chain('abcd'), 'x'), page(chain('bef', 'a'), 'b')))).toBe('abef')
})

test('an older page is put on top, and one that no longer fits is dropped', () => {
  expect(ids(prependOlder(page(chain('cd', 'b'), 'c'), page(chain('ab'))))).toBe('abcd')
  const known = page(chain('cd', 'y'), 'c')
  expect(prependOlder(known, page(chain('ab')))).toBe(known)
})

test('a sent message stands below its parent, in place of what was there', () => {
  const known = page(chain('abcd'))
  expect(ids(appendStarted(known, message('q', 'd'), message('r', 'q')))).toBe('abcdqr')
  expect(ids(appendStarted(known, message('q', 'b'), message('r', 'q')))).toBe('abqr')
  expect(ids(appendStarted(known, message('q', null), message('r', 'q')))).toBe('qr')
  expect(ids(appendStarted(known, null, message('r', 'c')))).toBe('abcr')
})
