import type { WaysIn } from '@ai-assistant/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { Field, FormProblem, wordsOf } from '../../components/ui/field.tsx'
import { Icon } from '../../components/ui/icon.tsx'
import { PageProblem } from '../../components/ui/page.tsx'
import { Spinner } from '../../components/ui/spinner.tsx'
import { ProblemError } from '../../lib/api.ts'
import { returnedProblem } from '../../lib/returned-problem.ts'
import { AskForLink } from './ask-for-link.tsx'
import { Entrance, Providers, Turn, waysInQuery } from './entrance.tsx'
import { JoinForm } from './join-form.tsx'
import { useEnter } from './use-enter.ts'

type View = 'sign-in' | 'forgot' | 'sign-up'

/** The ways in, for people without a session, and why the link they opened did not work. */
export function SignIn({ error }: { error: Error | null }) {
  const [view, setView] = useState<View>('sign-in')
  const ways = useQuery(waysInQuery)
  const back = () => setView('sign-in')
  if (ways.isPending) {
    return (
      <main className="flex h-full items-center justify-center">
        <Spinner label="Asking for the ways in" />
      </main>
    )
  }
  if (ways.data === undefined) {
    return (
      <Entrance icon="circle-alert" title="Sign in">
        <PageProblem error={ways.error} onRetry={() => void ways.refetch()} />
      </Entrance>
    )
  }
  if (view === 'forgot') return <AskForLink what="reset" mail={ways.data.mail} onBack={back} />
  if (view === 'sign-up') {
    return ways.data.mail ? <AskForLink what="sign-up" mail onBack={back} /> : <JoinForm code={null} onDone={back} />
  }
  return <PasswordForm ways={ways.data} error={error ?? returnedProblem()} onTurn={setView} />
}

function PasswordForm({ ways, error, onTurn }: { ways: WaysIn; error: Error | null; onTurn: (view: View) => void }) {
  const enter = useEnter('/api/session')
  return (
    <Entrance icon="key-round" title={`Sign in to ${ways.appName}`}>
      {!enter.error && error !== null && <Refused error={error} />}
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          enter.mutate(wordsOf(event.currentTarget))
        }}
      >
        <FormProblem error={enter.error} fields={['email']} />
        <Field label="E-mail" name="email" type="email" autoComplete="username" required error={enter.error} />
        <Field label="Password" name="password" type="password" autoComplete="current-password" required />
        <Button type="submit" look="solid" className="min-h-11 w-full" disabled={enter.isPending}>
          {enter.isPending ? 'Signing in …' : 'Sign in'}
        </Button>
      </form>
      <Providers providers={ways.providers} />
      <p className="mt-5 flex flex-wrap justify-between gap-x-4 gap-y-2 text-sm">
        <Turn onClick={() => onTurn('forgot')}>Forgot your password?</Turn>
        {ways.signUp === 'open' && <Turn onClick={() => onTurn('sign-up')}>Make an account</Turn>}
      </p>
      <p className="mt-6 border-t border-line pt-4 text-sm/7 text-ink-2">
        {ways.signUp === 'open' ? '' : 'New here? Ask an administrator for an invitation. '}
        Running this assistant yourself? <Command>npm start</Command> prints a link for its owner; on a server,{' '}
        <Command>scripts/create_owner</Command> does.
      </p>
    </Entrance>
  )
}

function Refused({ error }: { error: Error }) {
  const used = error instanceof ProblemError && error.problem.code === 'code_invalid'
  const title = error instanceof ProblemError ? error.problem.title : 'This did not sign you in'
  return (
    <div role="alert" className="mb-5 flex gap-3 rounded-2xl bg-bad-soft px-4 py-3 text-sm text-bad">
      <Icon name="circle-alert" size={17} className="mt-0.5 shrink-0" />
      <div>
        <p className="font-medium">{title}</p>
        <p>{used ? 'A link works once, and for 15 minutes. Ask for a fresh one.' : error.message}</p>
      </div>
    </div>
  )
}

function Command({ children }: { children: string }) {
  return (
    <code className="rounded-md border border-line bg-sunken px-1.5 py-0.5 font-mono text-[0.9em] text-ink">
      {children}
    </code>
  )
}
