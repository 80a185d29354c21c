import { QueryClientProvider } from '@tanstack/react-query'
import { useState } from 'react'
import { ToastProvider } from '../components/ui/toast.tsx'
import { SessionGate } from '../features/session/session-gate.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { createQueryClient } from './query-client.ts'
import { Shell } from './shell.tsx'

export function App() {
  const [client] = useState(createQueryClient)
  return (
    <ErrorBoundary>
      <QueryClientProvider client={client}>
        <ToastProvider>
          <SessionGate>{(session) => <Shell session={session} />}</SessionGate>
        </ToastProvider>
      </QueryClientProvider>
    </ErrorBoundary>
  )
}
