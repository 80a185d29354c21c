import type { SessionView } from '@ai-assistant/contract'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from '../../components/ui/button.tsx'
import { FormProblem } from '../../components/ui/field.tsx'
import { PageProblem, PageWaits } from '../../components/ui/page.tsx'
import { request } from '../../lib/api.ts'

const sessionsQuery = queryOptions({
  queryKey: ['account-sessions'],
  queryFn: ({ signal }) => request<{ items: SessionView[] }>('GET', '/api/account/sessions', { signal }),
})

/** Where the person is signed in, each to be ended from here. */
export function SessionsPage() {
  const client = useQueryClient()
  const sessions = useQuery(sessionsQuery)
  const end = useMutation({
    mutationFn: (id: string | null) =>
      request<undefined>('DELETE', `/api/account/sessions${id === null ? '' : `/${id}`}`),
    onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  })
  if (sessions.isPending) return <PageWaits label="Looking for your sessions" />
  if (sessions.data === undefined) return <PageProblem error={sessions.error} onRetry={() => void sessions.refetch()} />
  const { items } = sessions.data
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <p className="text-sm text-ink-2">
          {items.length === 1 ? 'You are signed in here alone.' : `You are signed in at ${items.length} places.`} Ending
          one closes its open pages within seconds.
        </p>
        {items.length > 1 && (
          <Button look="danger" disabled={end.isPending} onClick={() => end.mutate(null)}>
            End all others
          </Button>
        )}
      </div>
      <FormProblem error={end.error} />
      <ul className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-card">
        {items.map((session) => (
          <li key={session.id} className="flex items-center gap-3 px-5 py-3.5">
            <div className="min-w-0 grow">
              <p className="font-medium">
                {browserOf(session.userAgent)}
                {session.current && <span className="ml-2.5 text-sm font-normal text-ok">This one</span>}
              </p>
              <p className="text-sm break-words text-ink-2">
                {[session.address, `by ${session.means}`, `last seen ${when(session.lastSeenAt)}`]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
            {!session.current && (
              <Button
                aria-label={`End the session in ${browserOf(session.userAgent)}`}
                disabled={end.isPending}
                onClick={() => end.mutate(session.id)}
              >
                End
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

/** A guess at what people call it; what a browser says of itself is long and half untrue. */
function browserOf(userAgent: string): string {
  const browser = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'].find((name) => userAgent.includes(`${name}/`))
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'Linux'].find((name) => userAgent.includes(name))
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera' }
  if (browser === undefined) return userAgent.slice(0, 40) || 'An unknown browser'
  return `${names[browser] ?? browser}${system === undefined ? '' : ` on ${system}`}`
}

function when(time: string): string {
  return new Date(time).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })
}
