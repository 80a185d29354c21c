import type { Session } from '@ai-assistant/contract'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react'
import { Spinner } from '../../components/ui/spinner.tsx'
import { type Arrival, takeCode } from '../../lib/sign-in-code.ts'
import { sessionQuery } from './session-query.ts'

const Unreachable = lazy(() => import('./unreachable.tsx').then((module) => ({ default: module.Unreachable })))
const SignIn = lazy(() => import('./sign-in.tsx').then((module) => ({ default: module.SignIn })))
const Arrive = lazy(() => import('./arrive.tsx').then((module) => ({ default: module.Arrive })))

interface SessionGateProps {
  /** The link the page was opened with. */
  arrival: Arrival | null
  children: (session: Session) => ReactNode
}

/** Lets signed-in people in, does what an opened link is for, and shows everybody else the ways in. */
export function SessionGate({ arrival, children }: SessionGateProps) {
  const [arrived, setArrived] = useState(arrival)
  const [error, setError] = useState<Error | null>(null)
  const session = useQuery({ ...sessionQuery, enabled: arrived === null })
  useEffect(() => {
    // A link opened later in this very tab: then only the fragment changes.
    const listen = () => {
      const next = takeCode()
      if (next !== null) setArrived(next)
    }
    addEventListener('hashchange', listen)
    return () => removeEventListener('hashchange', listen)
  }, [])

  const waiting = (
    <main className="flex h-full items-center justify-center">
      <Spinner label="Signing in" />
    </main>
  )
  let page: ReactNode = waiting
  if (arrived !== null) {
    const onDone = (failure: Error | null) => {
      setError(failure)
      setArrived(null)
    }
    page = <Arrive key={arrived.code} arrival={arrived} onDone={onDone} />
  } else if (session.data) return children(session.data)
  else if (session.data === null) page = <SignIn error={error} />
  else if (!session.isPending) page = <Unreachable error={session.error} onRetry={() => void session.refetch()} />
  return <Suspense fallback={waiting}>{page}</Suspense>
}
