import type { ToolPart } from '@ai-assistant/contract'
import { Icon, type IconName } from '../../../components/ui/icon.tsx'
import { Suspense, useId, useState } from 'react'
import { preloaded } from '../../../lib/preloaded.tsx'
import type { ToolProgress } from '../run/run-state.ts'
import type { ChatActions } from '../use-chat-actions.ts'
import { ToolDetails } from './tool-details.tsx'

interface ToolCardProps {
  call: ToolPart
  progress: ToolProgress | undefined
  runId: string | null
  decide: ChatActions['decide']
}

const states: Record<ToolPart['state'], { word: string; icon: IconName; tone: string; busy?: boolean }> = {
  'input-streaming': { word: 'Preparing', icon: 'wrench', tone: 'text-ink-3', busy: true },
  'input-available': { word: 'Running', icon: 'wrench', tone: 'text-accent', busy: true },
  'approval-requested': { word: 'Needs your approval', icon: 'circle-help', tone: 'text-warn' },
  'approval-responded': { word: 'Running', icon: 'wrench', tone: 'text-accent', busy: true },
  'output-available': { word: 'Done', icon: 'circle-check', tone: 'text-ok' },
  'output-error': { word: 'Failed', icon: 'circle-alert', tone: 'text-bad' },
  'output-denied': { word: 'Refused', icon: 'circle-slash', tone: 'text-ink-3' },
}

// Fetched once the page's own code stands.
const Approval = preloaded(import('./approval.tsx').then((module) => module.Approval))

/** A tool call: one line that says what happens, and behind it the exact arguments and result. */
export function ToolCard({ call, progress, runId, decide }: ToolCardProps) {
  const [open, setOpen] = useState(false)
  const details = useId()
  const asks = call.state === 'approval-requested'
  const refused = call.state === 'approval-responded' && call.approval?.approved === false
  const state = states[refused ? 'output-denied' : call.state]
  const { server, tool } = namesOf(call)
  return (
    <section
      aria-label={`Tool: ${tool}`}
      className={`my-2.5 overflow-hidden rounded-2xl border bg-card ${asks ? 'border-warn' : 'border-line'}`}
    >
      <button
        type="button"
        aria-expanded={open || asks}
        aria-controls={details}
        onClick={() => setOpen(!open)}
        className="flex w-full items-center gap-3 px-3.5 py-2.5 text-left text-sm -outline-offset-2 hover:bg-hover"
      >
        <Icon name={state.icon} size={16} className={`shrink-0 ${state.tone} ${state.busy ? 'animate-breathe' : ''}`} />
        <span className="min-w-0 grow truncate">
          <span className="font-medium">{tool}</span>
          {server !== '' && <span className="ml-2 text-ink-3">{server}</span>}
        </span>
        <span className={`shrink-0 text-xs ${state.tone}`}>{state.word}</span>
        <Icon
          name="chevron-down"
          size={15}
          className={`shrink-0 text-ink-3 transition-transform ${open || asks ? 'rotate-180' : ''}`}
        />
      </button>
      {progress !== undefined && state.busy && <ProgressBar progress={progress} />}
      <div id={details} hidden={!open && !asks}>
        {(open || asks) && <ToolDetails call={call} />}
        {asks && call.approval && runId !== null && (
          <Suspense>
            <Approval call={call} tool={tool} runId={runId} decide={decide} />
          </Suspense>
        )}
      </div>
    </section>
  )
}

function ProgressBar({ progress }: { progress: ToolProgress }) {
  const { total, text } = progress
  return (
    <div className="flex items-center gap-3 px-3.5 pb-2.5 text-xs text-ink-3">
      <progress
        aria-label="Progress"
        max={total ?? 1}
        {...(total === undefined ? {} : { value: progress.progress })}
        className="h-1.5 w-32 overflow-hidden rounded-full accent-accent"
      />
      <span className="truncate">
        {text ?? (total === undefined ? progress.progress : `${progress.progress} of ${total}`)}
      </span>
    </div>
  )
}

/** `<server>__<tool>` taken apart; a tool's own title comes first. */
function namesOf(call: ToolPart): { server: string; tool: string } {
  const at = call.toolName.indexOf('__')
  const tool = at < 0 ? call.toolName : call.toolName.slice(at + 2)
  return { server: at < 0 ? '' : call.toolName.slice(0, at), tool: call.title ?? tool.replaceAll('_', ' ') }
}
