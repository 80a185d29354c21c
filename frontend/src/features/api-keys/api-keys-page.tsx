import type { ApiKey, Session } from '@ai-assistant/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { CopyButton } from '../../components/ui/copy-button.tsx'
import { Icon } from '../../components/ui/icon.tsx'
import { PageProblem, PageWaits } from '../../components/ui/page.tsx'
import { ApiKeyItem } from './api-key-item.tsx'
import { apiKeysQuery } from './api.ts'
import { CreateKeyDialog } from './create-key-dialog.tsx'

/** The keys that programs call with in this person's name: made, shown once, and revoked here. */
export function ApiKeysPage({ session }: { session: Session }) {
  const query = useQuery(apiKeysQuery)
  const [creating, setCreating] = useState(false)
  if (query.isPending) return <PageWaits label="Asking for your keys" />
  if (query.data === undefined) return <PageProblem error={query.error} onRetry={() => void query.refetch()} />
  const { items } = query.data
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-[32rem] text-sm text-ink-2">
          A key lets a program ask in your name, within your limits. It may do what you choose here, and never change
          your account.
        </p>
        <Button look="solid" onClick={() => setCreating(true)}>
          <Icon name="key-round" size={15} /> New key
        </Button>
      </div>
      {items.length === 0 ? <NoKeys /> : <KeyList items={items} />}
      <HowTo />
      {creating && (
        <CreateKeyDialog mayAdminister={session.person.role !== 'member'} onClose={() => setCreating(false)} />
      )}
    </>
  )
}

function KeyList({ items }: { items: ApiKey[] }) {
  return (
    <ul aria-label="Your keys" className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-card">
      {items.map((key) => (
        <ApiKeyItem key={key.id} apiKey={key} />
      ))}
    </ul>
  )
}

function NoKeys() {
  return (
    <div className="rounded-2xl border border-line bg-card p-6 text-ink-2">
      <p className="font-medium text-ink">You have no keys.</p>
      <p className="mt-1 text-sm">Make one to use this assistant from a script, an editor or another app.</p>
    </div>
  )
}

/** What to set in a program that speaks OpenAI's API. */
function HowTo() {
  const base = `${location.origin}/v1`
  return (
    <section className="mt-7" aria-labelledby="how-to-call">
      <h2 id="how-to-call" className="mb-1.5 text-base font-semibold">
        Calling it
      </h2>
      <p className="mb-3 text-sm text-ink-2">
        Anything that speaks OpenAI’s API works: give it this address and a key. The model is{' '}
        <code className="font-mono">default</code>, or one that <code className="font-mono">/v1/models</code> lists.
      </p>
      <div className="flex items-center gap-2 rounded-xl border border-line bg-sunken py-1.5 pr-2 pl-4">
        <code className="min-w-0 grow font-mono text-sm break-all">{base}</code>
        <CopyButton label="Copy the address" text={() => base} />
      </div>
    </section>
  )
}
