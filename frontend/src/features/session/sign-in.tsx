import { Icon } from '../../components/ui/icon.tsx'
import { ProblemError } from '../../lib/api.ts'
import { describeError } from '../../lib/describe-error.ts'

/** For people without a session: how to get a sign-in link, and why the last one did not work. */
export function SignIn({ error }: { error: Error | null }) {
  return (
    <main className="flex min-h-full items-center justify-center bg-side px-4 py-10">
      <div className="animate-appear w-full max-w-md rounded-3xl border border-line bg-card p-7 shadow-lift sm:p-9">
        <span className="mb-5 flex size-11 items-center justify-center rounded-2xl bg-accent-soft text-accent">
          <Icon name="key-round" size={20} />
        </span>
        <h1 className="mb-3 text-2xl font-semibold tracking-[-0.02em]">Sign in with your link</h1>
        {error !== null && <Refused error={error} />}
        <p className="mb-5 text-ink-2">
          This assistant has no passwords. A sign-in link opens it, once, for whoever holds the link.
        </p>
        <ol className="space-y-3 text-sm text-ink-2">
          <Step number={1}>
            On your own machine, <Command>npm start</Command> prints a fresh link. Open it here.
          </Step>
          <Step number={2}>
            On a server, an operator makes one with <Command>scripts/create_owner</Command>.
          </Step>
          <Step number={3}>Otherwise ask whoever runs this assistant for your team.</Step>
        </ol>
      </div>
    </main>
  )
}

function Refused({ error }: { error: Error }) {
  const used = error instanceof ProblemError && error.problem.code === 'code_invalid'
  const { title, detail } = describeError(error)
  return (
    <div role="alert" className="mb-5 flex gap-3 rounded-2xl bg-bad-soft px-4 py-3 text-sm text-bad">
      <Icon name="circle-alert" size={17} className="mt-0.5 shrink-0" />
      <div>
        <p className="font-medium">{title}</p>
        <p>{used ? 'A link works once, and for 15 minutes. Ask for a fresh one.' : detail}</p>
      </div>
    </div>
  )
}

function Step({ number, children }: { number: number; children: React.ReactNode }) {
  return (
    <li className="flex gap-3">
      <span
        aria-hidden
        className="flex size-6 shrink-0 items-center justify-center rounded-full border border-line text-xs text-ink-3"
      >
        {number}
      </span>
      <span className="pt-0.5">{children}</span>
    </li>
  )
}

function Command({ children }: { children: string }) {
  return (
    <code className="rounded-md border border-line bg-sunken px-1.5 py-0.5 font-mono text-[0.9em] text-ink">
      {children}
    </code>
  )
}
