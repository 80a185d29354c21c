import type { MessagePart } from '@ai-assistant/contract'
import { memo } from 'react'
import { Markdown } from '../../../components/ui/markdown.tsx'
import type { ToolProgress } from '../run/run-state.ts'
import type { ChatActions } from '../use-chat-actions.ts'
import { Images } from './question.tsx'
import { Reasoning } from './reasoning.tsx'
import { ToolCard } from './tool-card.tsx'

interface AnswerPartProps {
  part: MessagePart
  /** It is the last part of an answer that is being written. */
  growing: boolean
  progress: ToolProgress | undefined
  runId: string | null
  decide: ChatActions['decide']
}

/** One part of an answer. Parts that did not change keep their identity, and are not rendered again. */
export const AnswerPart = memo(({ part, growing, progress, runId, decide }: AnswerPartProps) => {
  switch (part.type) {
    case 'text':
      return part.text === '' ? null : (
        <div className="my-3 first:mt-0">
          <Markdown text={part.text} streaming={growing} />
        </div>
      )
    case 'reasoning':
      return part.text === '' ? null : <Reasoning text={part.text} growing={growing} />
    case 'dynamic-tool':
      return <ToolCard call={part} progress={progress} runId={runId} decide={decide} />
    case 'file':
      return <Images files={[part]} />
    case 'data-takeover':
      return <TakeoverMark />
    case 'step-start':
    case 'data-budget':
      return null
  }
})
AnswerPart.displayName = 'AnswerPart'

function TakeoverMark() {
  return (
    <p className="my-3 flex items-center gap-3 text-xs text-ink-3 before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
      Continued by another server
    </p>
  )
}
