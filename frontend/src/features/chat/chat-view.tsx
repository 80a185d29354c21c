import type { Conversation, UserPart } from '@ai-assistant/contract'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useRef, type ReactNode } from 'react'
import { ProblemError } from '../../lib/api.ts'
import { conversationQuery } from '../../lib/conversation-query.ts'
import { messagesQuery, useLoadOlder } from './api/messages-query.ts'
import { usePendingSends } from './api/send.ts'
import { ChatFoot } from './chat-foot.tsx'
import { useRun, useRunEnded } from './run/use-run.ts'
import { ChatBody } from './chat-body.tsx'
import { useChatActions } from './use-chat-actions.ts'
import { useStopKey } from './use-stop-key.ts'
import { useTitleArrives } from './use-title-arrives.ts'

const ChatProblem = lazy(() => import('./chat-problem.tsx').then((module) => ({ default: module.ChatProblem })))

interface ChatViewProps {
  /** Null: the first message makes the conversation. */
  conversationId: string | null
  onCreated: (conversationId: string) => void
  /** What stands above the messages. */
  header: ReactNode
  /** For a new conversation. */
  systemPrompt: string
}

/** How often a conversation is asked about whose answer is written in a branch this page does not show. */
const ELSEWHERE_MS = 3_000

/** One conversation: its messages, the answer that is being written, and the composer. */
export function ChatView({ conversationId, onCreated, header, systemPrompt }: ChatViewProps) {
  const place = conversationId ?? 'new'
  const exists = conversationId !== null
  const messages = useQuery({ ...messagesQuery(place), enabled: exists })
  const items = messages.data?.items ?? []
  const running = items.findLast((message) => message.runId !== null)
  const conversation = useQuery({
    ...conversationQuery(place),
    enabled: exists,
    refetchInterval: (query) => (query.state.data?.activeRunId && !running ? ELSEWHERE_MS : false),
  })
  const store = useRun(conversationId, running)
  const ended = useRunEnded(store)
  const pending = usePendingSends(place)
  const loadOlder = useLoadOlder(place)
  const { actions, refusal, forgive } = useChatActions(place, onCreated)
  const runId = running?.runId ?? conversation.data?.activeRunId ?? null
  const busy = (runId !== null && !ended) || pending.length > 0
  useStopKey(runId !== null && !ended ? () => actions.stop(runId) : null)
  useTitleArrives(conversation.data, busy)
  useReadElsewhere(conversation.data, messages.refetch)

  const submit = (parts: UserPart[], options: { queued?: boolean } = {}) =>
    actions.submit(parts, { ...options, systemPrompt: exists ? '' : systemPrompt })
  if (messages.error instanceof ProblemError && messages.data === undefined) {
    return (
      <Suspense>
        <ChatProblem header={header} error={messages.error} onRetry={() => void messages.refetch()} />
      </Suspense>
    )
  }
  return (
    <section className="flex h-full min-h-0 flex-col">
      {header}
      <div className="flex min-h-0 grow flex-col">
        <ChatBody
          list={exists ? messages.data : null}
          pending={pending}
          store={store}
          actions={actions}
          busy={busy}
          loadOlder={loadOlder}
          onPick={(text) => submit([{ type: 'text', text }])}
        />
        <ChatFoot
          place={place}
          busy={busy}
          runId={ended ? null : runId}
          lastState={items.at(-1)?.state ?? null}
          refusal={refusal}
          onForgive={forgive}
          actions={actions}
          submit={submit}
        />
      </div>
    </section>
  )
}

/** Another tab or device moved the conversation on: its messages are read again. */
function useReadElsewhere(conversation: Conversation | undefined, refetch: () => Promise<unknown>): void {
  const now = conversation && `${conversation.version} ${conversation.activeRunId}`
  const before = useRef(now)
  useEffect(() => {
    if (before.current !== undefined && before.current !== now) void refetch()
    before.current = now
  }, [now, refetch])
}
