import type { Session } from '@ai-assistant/contract'
import { lazy, Suspense, type ReactNode } from 'react'
import { Spinner } from '../components/ui/spinner.tsx'
import { navigate, pathTo, type Place } from '../lib/router.ts'
import { ChatPlace } from './chat-place.tsx'

const ModelPage = lazy(() =>
  import('../features/model/model-page.tsx').then((module) => ({ default: module.ModelPage })),
)
const ToolsPage = lazy(() =>
  import('../features/tools/tools-page.tsx').then((module) => ({ default: module.ToolsPage })),
)
const SettingsPage = lazy(() => import('./settings-page.tsx').then((module) => ({ default: module.SettingsPage })))

/** The page for where the person is. */
export function Places({ place, session, lead }: { place: Place; session: Session; lead: ReactNode }) {
  const administers = session.person.role !== 'member'
  const waiting = (
    <div className="flex h-full items-center justify-center">
      <Spinner label="Opening the page" />
    </div>
  )
  switch (place.page) {
    case 'new':
    case 'unknown':
      return (
        <ChatPlace
          key="new"
          conversationId={null}
          lead={lead}
          onCreated={(id) => navigate(pathTo.conversation(id), { replace: true })}
        />
      )
    case 'conversation':
      return <ChatPlace key={place.id} conversationId={place.id} lead={lead} onCreated={() => {}} />
    case 'model':
      return (
        <Suspense fallback={waiting}>
          <ModelPage lead={lead} mayTest={administers} />
        </Suspense>
      )
    case 'tools':
      return (
        <Suspense fallback={waiting}>
          <ToolsPage lead={lead} mayAccept={administers} />
        </Suspense>
      )
    case 'settings':
      return (
        <Suspense fallback={waiting}>
          <SettingsPage section={place.section} session={session} lead={lead} />
        </Suspense>
      )
  }
}
