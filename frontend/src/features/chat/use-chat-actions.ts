import type {
  ApprovalAnswer,
  ChangeConversation,
  Conversation,
  Message,
  SendMessage,
  UserPart,
} from '@ai-assistant/contract'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useToast } from '../../components/ui/toast.tsx'
import { ProblemError } from '../../lib/api.ts'
import { conversationChanged, useChangeConversation } from '../../lib/conversation-query.ts'
import { keys } from '../../lib/keys.ts'
import { localStore } from '../../lib/local-store.ts'
import { newId } from '../../lib/new-id.ts'
import { answerApproval, cancelRun } from './api/run-requests.ts'
import { useSend, type Send } from './api/send.ts'
import { outbox } from './composer/outbox.ts'
import { takeBack } from './composer/take-back.ts'

/** Why words came back to the composer. */
export type Refusal = 'conversation_changed' | 'run_active' | null

/** All a person can do in a conversation. The functions stay the same from render to render. */
export interface ChatActions {
  submit: (parts: UserPart[], options?: { queued?: boolean; systemPrompt?: string }) => void
  edit: (question: Message, parts: UserPart[]) => void
  regenerate: (answer: Message) => void
  goOn: (answer: Message) => void
  showBranch: (messageId: string) => void
  stop: (runId: string) => void
  decide: (runId: string, approvalId: string, answer: ApprovalAnswer) => Promise<void>
}

export interface Chat {
  actions: ChatActions
  refusal: Refusal
  forgive: () => void
}

/** `place` is the conversation, or `new` where the first message makes one. */
export function useChatActions(place: string, onCreated: (conversationId: string) => void): Chat {
  const client = useQueryClient()
  const toast = useToast()
  const [refusal, setRefusal] = useState<Refusal>(null)
  const change = useChangeConversation(place)
  const { mutate } = useSend(place, {
    onStarted: (started, send) => {
      outbox.drop(place, send.key)
      if (place === 'new') onCreated(started.conversationId)
    },
    onRefused: (error, send) => {
      const problem = error instanceof ProblemError ? error.problem : null
      outbox.drop(place, send.key)
      takeBack(localStore, place, send, problem?.code ?? null)
      if (problem?.code === 'run_active') attach(client, place, problem.context?.['runId'])
      // A queued message that has to wait once more is back in the queue: nothing to explain.
      if (problem?.code === 'run_active' && send.queued) return
      if (problem?.code === 'conversation_changed' || problem?.code === 'run_active') setRefusal(problem.code)
      else toast.fail(error)
    },
  })
  // The newest of everything, behind functions that never change: rows of a long transcript compare them by identity.
  const now = useRef({ mutate, changeHead: change.mutate, toast })
  useEffect(() => {
    now.current = { mutate, changeHead: change.mutate, toast }
  })

  const actions = useMemo<ChatActions>(() => {
    const send = (body: Omit<SendMessage, 'trigger'> & Partial<Pick<SendMessage, 'trigger'>>, queued = false) => {
      setRefusal(null)
      const known = client.getQueryData<Conversation>(keys.conversation(place))
      const where = place === 'new' ? {} : { conversationId: place, ...(known ? { version: known.version } : {}) }
      const said: Send = { key: newId(), queued, body: { trigger: 'submit-message', ...where, ...body } }
      outbox.put(place, said)
      now.current.mutate(said)
    }
    const fail = (error: unknown) => now.current.toast.fail(error)
    return {
      submit: (parts, { queued, systemPrompt } = {}) =>
        send({ parts, ...(systemPrompt ? { systemPrompt } : {}) }, queued),
      edit: (question, parts) => send({ parts, parentId: question.parentId }),
      regenerate: (answer) => send({ trigger: 'regenerate-message', messageId: answer.id }),
      goOn: (answer) => send({ trigger: 'continue-message', messageId: answer.id }),
      showBranch: (messageId) => {
        const known = client.getQueryData<Conversation>(keys.conversation(place))
        const head: ChangeConversation = { headMessageId: messageId, version: known?.version ?? 0 }
        now.current.changeHead(head, {
          onError: (error) => {
            conversationChanged(client, place)
            fail(error)
          },
        })
      },
      stop: (runId) => void cancelRun(runId).catch(fail),
      decide: async (runId, approvalId, answer) => {
        await answerApproval(runId, approvalId, answer).catch(fail)
        if (answer.always) void client.invalidateQueries({ queryKey: keys.tools })
      },
    }
  }, [client, place])

  useResend(place, mutate)
  return { actions, refusal, forgive: () => setRefusal(null) }
}

/** The page learns at once that an answer runs here; its messages are being read again already. */
function attach(client: QueryClient, place: string, runId: unknown): void {
  if (typeof runId !== 'string') return
  client.setQueryData<Conversation>(keys.conversation(place), (known) => known && { ...known, activeRunId: runId })
}

/** After a reload in mid-send: says it again, under the same key. */
function useResend(place: string, mutate: (send: Send) => void): void {
  const client = useQueryClient()
  const first = useRef(mutate)
  useEffect(() => {
    const left = outbox.take(place)
    const underway = client.isMutating({ mutationKey: ['send', place] }) > 0
    if (left !== null && !underway) first.current(left)
  }, [client, place])
}
