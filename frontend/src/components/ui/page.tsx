import type { ReactNode } from 'react'
import { describeError } from '../../lib/describe-error.ts'
import { Button } from './button.tsx'
import { Spinner } from './spinner.tsx'

/** A page beside the chat: a heading and a readable column. */
export function Page({ title, lead, children }: { title: string; lead: ReactNode; children: ReactNode }) {
  return (
    <div className="h-full overflow-y-auto">
      <header className="flex h-14 items-center gap-2 px-3 sm:px-4">{lead}</header>
      <div className="mx-auto max-w-[46rem] px-4 pb-16 sm:px-6">
        <h1 className="mb-6 text-2xl font-semibold tracking-[-0.02em]">{title}</h1>
        {children}
      </div>
    </div>
  )
}

export function PageWaits({ label }: { label: string }) {
  return (
    <div className="flex justify-center py-16">
      <Spinner label={label} />
    </div>
  )
}

export function PageProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { title, detail } = describeError(error)
  return (
    <div className="rounded-2xl border border-line bg-card p-6 text-center">
      <p className="font-medium">{title}</p>
      {detail !== undefined && <p className="mt-1 text-sm text-ink-2">{detail}</p>}
      <Button className="mt-4" onClick={onRetry}>
        Try again
      </Button>
    </div>
  )
}
