import { useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useMemo, useRef } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { Spinner } from '../../components/ui/spinner.tsx'
import { conversationListQuery } from './api.ts'
import { ConversationItem } from './conversation-item.tsx'
import { groupByAge } from './group-by-age.ts'

interface ConversationListProps {
  search: string
  currentId: string | null
  onDeleted: (id: string) => void
}

/** The conversations of a person, read page by page as they scroll. */
export function ConversationList({ search, currentId, onDeleted }: ConversationListProps) {
  const words = useDeferredValue(search.trim())
  const list = useInfiniteQuery({ ...conversationListQuery(words), placeholderData: (before) => before })
  const groups = useMemo(
    () => groupByAge(list.data ?? [], new Date(list.dataUpdatedAt)),
    [list.data, list.dataUpdatedAt],
  )
  const end = useInView(() => {
    if (list.hasNextPage && !list.isFetching) void list.fetchNextPage()
  })
  if (list.isPending) {
    return (
      <div className="flex justify-center py-6">
        <Spinner label="Reading conversations" />
      </div>
    )
  }
  if (list.isError && list.data === undefined) {
    return (
      <div className="px-3 py-4 text-sm text-ink-3">
        <p className="mb-3">The conversations could not be read.</p>
        <Button onClick={() => void list.refetch()}>Try again</Button>
      </div>
    )
  }
  return (
    <>
      {groups.length === 0 && (
        <p className="px-3 py-4 text-sm text-ink-3">
          {words === '' ? 'Your conversations will be here.' : 'Nothing found.'}
        </p>
      )}
      {groups.map((group) => (
        <section key={group.name} aria-label={group.name} className="mb-3">
          <h3 className="px-3 pt-2 pb-1 text-xs font-medium text-ink-3">{group.name}</h3>
          <ul>
            {group.items.map((item) => (
              <ConversationItem
                key={item.id}
                conversation={item}
                current={item.id === currentId}
                onDeleted={onDeleted}
              />
            ))}
          </ul>
        </section>
      ))}
      <div ref={end} className="flex h-8 justify-center">
        {list.isFetchingNextPage && <Spinner label="Reading more conversations" />}
      </div>
    </>
  )
}

/** Calls back whenever the returned element comes near the window, and again as long as it stays there. */
function useInView(onSeen: () => void) {
  const element = useRef<HTMLDivElement>(null)
  const now = useRef(onSeen)
  const visible = useRef(false)
  useEffect(() => {
    now.current = onSeen
    if (visible.current) onSeen()
  })
  const mounted = useRef<IntersectionObserver | null>(null)
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        visible.current = entry?.isIntersecting === true
        if (visible.current) now.current()
      },
      { rootMargin: '400px' },
    )
    mounted.current = observer
    return () => observer.disconnect()
  }, [])
  useEffect(() => {
    if (element.current) mounted.current?.observe(element.current)
  })
  return element
}
