import type { PeoplePage as Page, Person, PersonView, Session } from '@ai-assistant/contract'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { PageProblem, PageWaits } from '../../components/ui/page.tsx'
import { request } from '../../lib/api.ts'
import { Invitations } from './invitations.tsx'
import { PersonMenu } from './person-menu.tsx'

/** Everybody with an account, and the invitations that are out. */
export function PeoplePage({ session }: { session: Session }) {
  const [words, setWords] = useState('')
  const search = useDeferredValue(words.trim())
  const people = useInfiniteQuery({
    queryKey: ['people', search],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ ...(pageParam && { after: pageParam }), ...(search && { search }) })
      return request<Page>('GET', `/api/people?${query.toString()}`, { signal })
    },
    getNextPageParam: (page) => page.nextCursor,
  })
  return (
    <>
      <Invitations me={session.person} />
      <input
        type="search"
        aria-label="Find people"
        placeholder="Find people"
        value={words}
        onChange={(event) => setWords(event.target.value)}
        className="mb-3 w-full rounded-xl border border-line-strong bg-card px-3 py-2 text-sm placeholder:text-ink-3"
      />
      {people.isPending && <PageWaits label="Looking for people" />}
      {people.isError && people.data === undefined && (
        <PageProblem error={people.error} onRetry={() => void people.refetch()} />
      )}
      {people.data && <List people={people.data.pages.flatMap((page) => page.items)} me={session.person} />}
      {people.hasNextPage && (
        <Button className="mt-3" disabled={people.isFetchingNextPage} onClick={() => void people.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  )
}

function List({ people, me }: { people: PersonView[]; me: Person }) {
  if (people.length === 0) return <p className="py-6 text-center text-sm text-ink-2">Nobody of that name.</p>
  return (
    <ul className="divide-y divide-line rounded-2xl border border-line bg-card">
      {people.map((person) => (
        <li key={person.id} className="flex items-center gap-3 px-5 py-3.5">
          <div className="min-w-0 grow">
            <p className="truncate font-medium">
              {person.name}
              {person.id === me.id && <span className="ml-2 text-sm font-normal text-ink-3">you</span>}
            </p>
            <p className="truncate text-sm text-ink-2">{person.email ?? 'no address'}</p>
          </div>
          <Standing person={person} />
          <PersonMenu person={person} me={me} />
        </li>
      ))}
    </ul>
  )
}

const roles: Record<PersonView['role'], string> = { owner: 'Owner', admin: 'Administrator', member: 'Member' }

function Standing({ person }: { person: PersonView }) {
  return person.status === 'suspended' ? (
    <span className="rounded-full bg-bad-soft px-2.5 py-0.5 text-sm text-bad">Suspended</span>
  ) : (
    <span
      className={`rounded-full px-2.5 py-0.5 text-sm ${person.role === 'member' ? 'text-ink-3' : 'bg-accent-soft text-accent'}`}
    >
      {roles[person.role]}
    </span>
  )
}
