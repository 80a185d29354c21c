import { type AuditEntry, type AuditPage as Page, auditActions } from '@ai-assistant/contract'
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { PageProblem, PageWaits } from '../../components/ui/page.tsx'
import { request } from '../../lib/api.ts'
import { keys } from '../../lib/keys.ts'
import { AuditItem } from './audit-item.tsx'

interface Filter {
  /** The first part of an action; '' for all. */
  subject: string
  /** A day, as a date field gives it; '' for the beginning. */
  since: string
  person: AuditEntry['actor'] | null
}

const everything: Filter = { subject: '', since: '', person: null }

function paramsOf({ subject, since, person }: Filter): URLSearchParams {
  const params = new URLSearchParams()
  if (subject !== '') params.set('action', subject)
  if (since !== '') params.set('since', new Date(`${since}T00:00`).toISOString())
  if (person?.id) params.set('actor', person.id)
  return params
}

const auditQuery = (filter: Filter) =>
  infiniteQueryOptions({
    queryKey: keys.audit(paramsOf(filter).toString()),
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const params = paramsOf(filter)
      if (pageParam !== '') params.set('cursor', pageParam)
      return request<Page>('GET', `/api/audit?${params}`, { signal })
    },
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  })

/** What was done, by whom and to what, newest first; for administrators. */
export function AuditPage() {
  const [filter, setFilter] = useState(everything)
  const audit = useInfiniteQuery(auditQuery(filter))
  const entries = audit.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <p className="mb-4 text-sm text-ink-2">
        Entries are only ever added, and sealed into a chain, so that a change shows. An operator checks it with{' '}
        <code className="font-mono">npm run audit -- verify</code>.
      </p>
      <Filters filter={filter} onChange={setFilter} />
      {audit.isPending && <PageWaits label="Reading the audit log" />}
      {audit.isError && entries.length === 0 && (
        <PageProblem error={audit.error} onRetry={() => void audit.refetch()} />
      )}
      {audit.isSuccess && entries.length === 0 && <p className="py-10 text-center text-ink-2">No entry fits.</p>}
      {entries.length > 0 && (
        <ul className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-card">
          {entries.map((entry) => (
            <AuditItem key={entry.id} entry={entry} onPerson={(person) => setFilter({ ...filter, person })} />
          ))}
        </ul>
      )}
      {audit.hasNextPage && (
        <div className="mt-5 flex justify-center">
          <Button disabled={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            {audit.isFetchingNextPage ? 'Reading …' : 'Older entries'}
          </Button>
        </div>
      )}
    </>
  )
}

const subjects = [...new Set(auditActions.map((action) => action.slice(0, action.indexOf('.'))))]

const field = 'min-h-9 rounded-xl border border-line bg-card px-3 text-sm'

function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const { subject, since, person } = filter
  return (
    <div className="mb-4 flex flex-wrap items-end gap-3">
      <label className="flex flex-col gap-1 text-xs text-ink-2">
        About
        <select
          className={field}
          value={subject}
          onChange={(event) => onChange({ ...filter, subject: event.target.value })}
        >
          <option value="">Everything</option>
          {subjects.map((name) => (
            <option key={name} value={name}>
              {nameOf(name)}
            </option>
          ))}
        </select>
      </label>
      <label className="flex flex-col gap-1 text-xs text-ink-2">
        Since
        <input
          type="date"
          className={field}
          value={since}
          onChange={(event) => onChange({ ...filter, since: event.target.value })}
        />
      </label>
      {person !== null && (
        <Button
          onClick={() => onChange({ ...filter, person: null })}
          aria-label={`Show everybody, not only ${person.name ?? 'this account'}`}
        >
          By {person.name ?? 'a deleted account'} ×
        </Button>
      )}
      <a
        href={`/api/audit/export?${paramsOf(filter)}`}
        download
        className="ml-auto inline-flex min-h-9 items-center rounded-xl border border-line bg-card px-3.5 text-sm font-medium hover:bg-hover"
      >
        Export
      </a>
    </div>
  )
}

function nameOf(subject: string): string {
  const words = subject.replaceAll('-', ' ')
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}
