import type { Session } from '@ai-assistant/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Spinner } from '../../components/ui/spinner.tsx'
import { useToast } from '../../components/ui/toast.tsx'
import { request } from '../../lib/api.ts'
import { keys } from '../../lib/keys.ts'
import { navigate, pathTo } from '../../lib/router.ts'
import type { Arrival } from '../../lib/sign-in-code.ts'
import { JoinForm } from './join-form.tsx'
import { ResetForm } from './reset-form.tsx'
import { sessionQuery } from './session-query.ts'

interface ArriveProps {
  arrival: Arrival
  /** With why it did not work, where nobody is signed in to be told otherwise. */
  onDone: (failure: Error | null) => void
}

/** What a link that was opened is for. */
export function Arrive({ arrival, onDone }: ArriveProps) {
  switch (arrival.to) {
    case 'join':
      return <JoinForm code={arrival.code} onDone={onDone} />
    case 'reset':
      return <ResetForm code={arrival.code} onDone={onDone} />
    case 'sign-in':
    case 'confirm':
      return <Exchange arrival={arrival} onDone={onDone} />
  }
}

/** Codes that were sent from this page: one works once, however often React mounts what sends it. */
const sent = new Set<string>()

/** Exchanges the code at once: for a session, or to confirm an address. */
function Exchange({ arrival: { to, code }, onDone }: ArriveProps) {
  const client = useQueryClient()
  const toast = useToast()
  useEffect(() => {
    if (sent.has(code)) return
    sent.add(code)
    const path = to === 'sign-in' ? '/api/session/code' : '/api/account/email/code'
    const exchange = async () => {
      try {
        const answer = await request<Session>('POST', path, { body: { code } })
        await client.cancelQueries({ queryKey: keys.session })
        if (to === 'sign-in') client.setQueryData(keys.session, answer)
        else {
          await client.invalidateQueries({ queryKey: keys.session })
          navigate(pathTo.settings('account'), { replace: true })
          toast.say('Your address is confirmed')
        }
        onDone(null)
      } catch (cause) {
        const error = cause instanceof Error ? cause : new Error(String(cause))
        const session = await client.fetchQuery(sessionQuery).catch(() => null)
        // A used link opened by someone who is signed in anyway is worth a word, not a page.
        if (session) toast.fail(error)
        onDone(session ? null : error)
      }
    }
    void exchange()
  }, [to, code, client, toast, onDone])
  return (
    <main className="flex h-full items-center justify-center">
      <Spinner label="Signing in" />
    </main>
  )
}
