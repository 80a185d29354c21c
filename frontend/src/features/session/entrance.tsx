import type { WaysIn } from '@ai-assistant/contract'
import { queryOptions, useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { FormProblem } from '../../components/ui/field.tsx'
import { Icon, type IconName } from '../../components/ui/icon.tsx'
import { request } from '../../lib/api.ts'

export const waysInQuery = queryOptions({
  queryKey: ['ways-in'],
  queryFn: ({ signal }) => request<WaysIn>('GET', '/api/sign-in', { signal }),
  staleTime: 60_000,
})

/** The card that everybody sees who is not in yet. */
export function Entrance({ icon, title, children }: { icon: IconName; title: string; children: ReactNode }) {
  return (
    <main className="flex min-h-full items-center justify-center bg-side px-4 py-10">
      <div className="animate-appear w-full max-w-md rounded-3xl border border-line bg-card p-7 shadow-lift sm:p-9">
        <span className="mb-5 flex size-11 items-center justify-center rounded-2xl bg-accent-soft text-accent">
          <Icon name={icon} size={20} />
        </span>
        <h1 className="mb-5 text-2xl font-semibold tracking-[-0.02em]">{title}</h1>
        {children}
      </div>
    </main>
  )
}

/** Other providers, by which one signs in or, with an invitation's code, makes the invited account. */
export function Providers({ providers, code }: { providers: WaysIn['providers']; code?: string }) {
  const start = useMutation({
    mutationFn: (id: string) =>
      request<{ url: string }>('POST', `/api/oauth/${id}`, {
        body: { intent: 'sign-in', ...(code === undefined ? {} : { code }) },
      }),
    onSuccess: ({ url }) => location.assign(url),
  })
  if (providers.length === 0) return null
  return (
    <div className="mt-5 space-y-2.5">
      <p className="flex items-center gap-3 text-sm text-ink-3 before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
        or
      </p>
      {providers.map(({ id, name }) => (
        <Button key={id} className="min-h-11 w-full" disabled={start.isPending} onClick={() => start.mutate(id)}>
          Continue with {name}
        </Button>
      ))}
      <FormProblem error={start.error} />
    </div>
  )
}

/** A line that leads to another form of the same card. */
export function Turn({ children, onClick }: { children: ReactNode; onClick: () => void }) {
  return (
    <button type="button" className="rounded-md text-accent underline-offset-4 hover:underline" onClick={onClick}>
      {children}
    </button>
  )
}
