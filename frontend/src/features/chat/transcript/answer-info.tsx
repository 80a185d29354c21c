import type { Budget, Message, Usage } from '@ai-assistant/contract'
import type { ReactNode } from 'react'
import { AnswerCost } from './answer-cost.tsx'

interface AnswerInfoButtonProps {
  message: Message
  open: boolean
  controls: string
  onToggle: () => void
}

/** How full the model's window was for this answer, and whether something was left out; opens the rest. */
export function AnswerInfoButton({ message, open, controls, onToggle }: AnswerInfoButtonProps) {
  const budget = budgetOf(message)
  if (budget === null && message.usage === null) return null
  const leftOut = budget === null ? '' : leftOutWords(budget)
  return (
    <button
      type="button"
      aria-expanded={open}
      aria-controls={controls}
      onClick={onToggle}
      className="inline-flex min-h-8 items-center gap-2 rounded-lg px-2 text-left text-xs text-ink-3 tabular-nums hover:bg-hover hover:text-ink"
    >
      {budget !== null && <Gauge share={shareOf(budget)} />}
      {budget === null ? 'Usage' : `${percent(shareOf(budget))} of window`}
      {leftOut !== '' && <span className="text-warn">· {leftOut}</span>}
    </button>
  )
}

function Gauge({ share }: { share: number }) {
  const around = 2 * Math.PI * 6
  return (
    <svg aria-hidden viewBox="0 0 16 16" className="size-3.5 shrink-0 -rotate-90">
      <circle cx="8" cy="8" r="6" fill="none" strokeWidth="3" className="stroke-line" />
      <circle
        cx="8"
        cy="8"
        r="6"
        fill="none"
        strokeWidth="3"
        strokeDasharray={`${Math.max(0.03, share) * around} ${around}`}
        className={share > 0.85 ? 'stroke-warn' : 'stroke-accent'}
      />
    </svg>
  )
}

/** What the model was given and what it used. */
export function AnswerInfo({ id, message }: { id: string; message: Message }) {
  const { model, usage } = message
  const budget = budgetOf(message)
  const rows: [string, ReactNode][] = []
  if (model !== null) rows.push(['Model', model])
  if (budget !== null) {
    rows.push(
      ['Prompt', `about ${count(budget.promptTokens)} tokens`],
      ['Window', `${count(budget.windowTokens)} tokens, ${count(budget.answerTokens)} kept for the answer`],
      ['Left out', leftOutWords(budget) || 'nothing'],
    )
  }
  if (usage !== null) {
    rows.push(['Used', usageWords(usage)], ['Cost', <AnswerCost key="cost" messageId={message.id} />])
  }
  return (
    <dl
      id={id}
      className="animate-appear mt-1 mb-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 rounded-xl border border-line bg-side px-4 py-3 text-xs"
    >
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-3">{name}</dt>
          <dd className="break-words tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function budgetOf(message: Message): Budget | null {
  return message.parts.findLast((part) => part.type === 'data-budget')?.data ?? null
}

/** The part of the window that is spoken for by the prompt. */
function shareOf(budget: Budget): number {
  return Math.min(1, budget.promptTokens / Math.max(1, budget.windowTokens))
}

function leftOutWords(budget: Budget): string {
  const { omittedMessages, trimmedToolResults } = budget
  return [
    omittedMessages > 0 ? `${count(omittedMessages)} older message${omittedMessages === 1 ? '' : 's'} left out` : '',
    trimmedToolResults > 0
      ? `${count(trimmedToolResults)} tool result${trimmedToolResults === 1 ? '' : 's'} shortened`
      : '',
  ]
    .filter(Boolean)
    .join(', ')
}

function usageWords(usage: Usage): string {
  const parts = [`${count(usage.inputTokens)} tokens in`, `${count(usage.outputTokens)} out`]
  if (usage.cachedTokens > 0) parts.push(`${count(usage.cachedTokens)} from cache`)
  if (usage.reasoningTokens > 0) parts.push(`${count(usage.reasoningTokens)} for reasoning`)
  return parts.join(', ') + (usage.estimated ? ' (estimated)' : '')
}

function percent(share: number): string {
  return share > 0 && share < 0.01 ? '<1%' : `${Math.round(share * 100)}%`
}

function count(tokens: number): string {
  return tokens.toLocaleString('en')
}
