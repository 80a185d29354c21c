import { QueryClientProvider } from '@tanstack/react-query'
import { useState } from 'react'
import { ToastProvider } from '../components/ui/toast.tsx'
import { SessionGate } from '../features/session/session-gate.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import type { Arrival } from '../lib/sign-in-code.ts'
import { createQueryClient } from './query-client.ts'
import { Shell } from './shell.tsx'

/** `arrival` is the link this page was opened with. */
export function App({ arrival }: { arrival: Arrival | null }) {
  const [client] = useState(createQueryClient)
  return (
    <ErrorBoundary>
      <QueryClientProvider client={client}>
        <ToastProvider>
          <SessionGate arrival={arrival}>{(session) => <Shell session={session} />}</SessionGate>
        </ToastProvider>
      </QueryClientProvider>
    </ErrorBoundary>
  )
}
