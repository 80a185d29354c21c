import type { Account, WaysIn } from '@ai-assistant/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from '../../components/ui/button.tsx'
import { FormProblem } from '../../components/ui/field.tsx'
import { SectionCard } from '../../components/ui/section-card.tsx'
import { request } from '../../lib/api.ts'
import { returnedProblem } from '../../lib/returned-problem.ts'
import { accountQuery } from './account-query.ts'

/** Other providers this person signs in with. One is added only from here, by whoever is signed in. */
export function Identities({ account }: { account: Account }) {
  const client = useQueryClient()
  const ways = useQuery({
    queryKey: ['ways-in'],
    queryFn: ({ signal }) => request<WaysIn>('GET', '/api/sign-in', { signal }),
  })
  const link = useMutation({
    mutationFn: (id: string) => request<{ url: string }>('POST', `/api/oauth/${id}`, { body: { intent: 'link' } }),
    onSuccess: ({ url }) => location.assign(url),
  })
  const unlink = useMutation({
    mutationFn: (id: string) => request<undefined>('DELETE', `/api/account/identities/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: accountQuery.queryKey }),
  })
  const providers = ways.data?.providers ?? []
  if (providers.length === 0 && account.identities.length === 0) return null
  return (
    <SectionCard title="Other ways in" intro="Accounts elsewhere that open this one.">
      <ul className="mb-4 divide-y divide-line empty:hidden">
        {account.identities.map(({ id, issuer, label }) => (
          <li key={id} className="flex items-center gap-3 py-2.5">
            <div className="min-w-0 grow">
              <p className="truncate">{label}</p>
              <p className="truncate text-sm text-ink-3">{new URL(issuer).host}</p>
            </div>
            <Button look="danger" disabled={unlink.isPending} onClick={() => unlink.mutate(id)}>
              Unlink
            </Button>
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        {providers.map(({ id, name }) => (
          <Button key={id} disabled={link.isPending} onClick={() => link.mutate(id)}>
            Link {name}
          </Button>
        ))}
      </div>
      <div className="mt-3 empty:hidden">
        <FormProblem error={link.error ?? unlink.error ?? returnedProblem()} />
      </div>
    </SectionCard>
  )
}
