import type { Session } from '@ai-assistant/contract'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useRef, type ReactNode } from 'react'
import { Spinner } from '../../components/ui/spinner.tsx'
import { useToast } from '../../components/ui/toast.tsx'
import { sessionQuery, useRedeemCode } from './session-query.ts'
import { takeCode } from '../../lib/sign-in-code.ts'

const Unreachable = lazy(() => import('./unreachable.tsx').then((module) => ({ default: module.Unreachable })))
const SignIn = lazy(() => import('./sign-in.tsx').then((module) => ({ default: module.SignIn })))

interface SessionGateProps {
  /** Of the sign-in link the page was opened with. */
  code: string | null
  children: (session: Session) => ReactNode
}

/** Lets signed-in people in, exchanges the code of a sign-in link, and says how to get one to everybody else. */
export function SessionGate({ code, children }: SessionGateProps) {
  const redeem = useRedeemCode()
  const exchanging = redeem.isPending || (redeem.isIdle && code !== null)
  const session = useQuery({ ...sessionQuery, enabled: !exchanging })
  useCodes(code, redeem.mutate)
  useRefusedCode(redeem.error, session.data)

  if (session.data) return children(session.data)
  if (exchanging || session.isPending) {
    return (
      <main className="flex h-full items-center justify-center">
        <Spinner label="Signing in" />
      </main>
    )
  }
  if (session.data === null) {
    return (
      <Suspense>
        <SignIn error={redeem.error} />
      </Suspense>
    )
  }
  return (
    <Suspense>
      <Unreachable error={session.error} onRetry={() => void session.refetch()} />
    </Suspense>
  )
}

/** Exchanges the code, and that of a link opened later in this very tab: then only the fragment changes. */
function useCodes(first: string | null, redeem: (code: string) => void): void {
  const now = useRef(redeem)
  const done = useRef(false)
  useEffect(() => {
    if (first !== null && !done.current) now.current(first)
    done.current = true
    const exchange = () => {
      const code = takeCode()
      if (code !== null) now.current(code)
    }
    addEventListener('hashchange', exchange)
    return () => removeEventListener('hashchange', exchange)
  }, [first])
}

/** A used link opened by someone who is signed in anyway is worth a word, not a page. */
function useRefusedCode(error: Error | null, session: Session | null | undefined): void {
  const toast = useToast()
  const told = useRef<Error | null>(null)
  useEffect(() => {
    if (error === null || !session || told.current === error) return
    told.current = error
    toast.fail(error)
  }, [error, session, toast])
}
