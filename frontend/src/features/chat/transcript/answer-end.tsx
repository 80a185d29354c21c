import type { IncompleteReason, Message } from '@ai-assistant/contract'
import { Icon } from '../../../components/ui/icon.tsx'
import { Button } from '../../../components/ui/button.tsx'
import type { ChatActions } from '../use-chat-actions.ts'

const reasons: Record<IncompleteReason, string> = {
  interrupted: 'The server was interrupted, and the model did not go on.',
  upstream: 'The model’s connection broke off.',
  length: 'The answer reached its longest allowed length.',
  rounds: 'The answer used as many tool rounds as are allowed.',
  seconds: 'The answer took as long as is allowed.',
}

interface AnswerEndProps {
  message: Message
  last: boolean
  busy: boolean
  actions: ChatActions
}

/** How an answer ended, where it did not end well, and what can be done about it. */
export function AnswerEnd({ message, last, busy, actions }: AnswerEndProps) {
  if (message.state === 'cancelled') return <p className="my-2 text-sm text-ink-3">You stopped this answer.</p>
  if (message.state === 'failed') {
    return (
      <Notice tone="bad" text={message.error ?? 'The answer failed.'}>
        {last && (
          <Button disabled={busy} onClick={() => actions.regenerate(message)}>
            Try again
          </Button>
        )}
      </Notice>
    )
  }
  if (message.state !== 'incomplete') return null
  return (
    <Notice tone="warn" text={`This answer is not complete. ${message.reason ? reasons[message.reason] : ''}`}>
      {last && (
        <Button disabled={busy} onClick={() => actions.goOn(message)}>
          Continue
        </Button>
      )}
    </Notice>
  )
}

function Notice({ tone, text, children }: { tone: 'bad' | 'warn'; text: string; children: React.ReactNode }) {
  const colours = tone === 'bad' ? 'bg-bad-soft text-bad' : 'bg-warn-soft text-warn'
  return (
    <div className={`my-3 flex flex-wrap items-center gap-3 rounded-2xl px-4 py-2.5 text-sm ${colours}`}>
      <div className="flex min-w-48 grow basis-0 items-start gap-3">
        <Icon name="circle-alert" className="mt-0.5" />
        <p className="min-w-0 break-words">{text}</p>
      </div>
      {children}
    </div>
  )
}
