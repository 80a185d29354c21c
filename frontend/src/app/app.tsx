import { QueryClientProvider } from '@tanstack/react-query'
import { useState } from 'react'
import { ToastProvider } from '../components/ui/toast.tsx'
import { SessionGate } from '../features/session/session-gate.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { createQueryClient } from './query-client.ts'
import { Shell } from './shell.tsx'

/** `code` is the one of the sign-in link this page was opened with. */
export function App({ code }: { code: string | null }) {
  const [client] = useState(createQueryClient)
  return (
    <ErrorBoundary>
      <QueryClientProvider client={client}>
        <ToastProvider>
          <SessionGate code={code}>{(session) => <Shell session={session} />}</SessionGate>
        </ToastProvider>
      </QueryClientProvider>
    </ErrorBoundary>
  )
}
