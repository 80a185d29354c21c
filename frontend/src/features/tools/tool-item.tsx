import type { ToolView } from '@ai-assistant/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Icon } from '../../components/ui/icon.tsx'
import { useId, useState } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { useToast } from '../../components/ui/toast.tsx'
import { request } from '../../lib/api.ts'
import { keys } from '../../lib/keys.ts'
import { keyboardScroll } from '../../components/ui/keyboard-scroll.ts'

const policies: Record<ToolView['policy'], { word: string; tone: string }> = {
  runs: { word: 'Runs by itself', tone: 'text-ok' },
  asks: { word: 'Asks each time', tone: 'text-ink-2' },
  changed: { word: 'Changed: needs consent', tone: 'text-warn' },
}

const alwaysAllowed = { word: 'You always allow it', tone: 'text-ok' }

/** One tool: what it does, what it says of itself, its arguments, and consent where its definition changed. */
export function ToolItem({ tool, mayAccept }: { tool: ToolView; mayAccept: boolean }) {
  const [open, setOpen] = useState(false)
  const id = useId()
  const policy = tool.alwaysAllowed ? alwaysAllowed : policies[tool.policy]
  return (
    <li className="px-5 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="min-w-0 grow text-sm font-medium">
          <button
            type="button"
            aria-expanded={open}
            aria-controls={id}
            onClick={() => setOpen(!open)}
            className="inline-flex max-w-full items-center gap-1.5 text-left hover:text-accent"
          >
            <Icon
              name="chevron-down"
              size={14}
              className={`shrink-0 text-ink-3 transition-transform ${open ? '' : '-rotate-90'}`}
            />
            <span className="break-words">{tool.title || tool.name}</span>
          </button>
        </h3>
        <span className={`text-xs ${policy.tone}`}>{policy.word}</span>
        {tool.policy === 'changed' && mayAccept && <Accept tool={tool} />}
      </div>
      <p className="mt-0.5 pl-5 text-sm break-words text-ink-2">{tool.description}</p>
      <div className="mt-1.5 flex flex-wrap items-center gap-1.5 pl-5">
        {hintsOf(tool).map((hint) => (
          <span key={hint} className="rounded-full border border-line px-2 py-px text-xs text-ink-3">
            {hint}
          </span>
        ))}
        {tool.allowable && <AlwaysAllow tool={tool} />}
      </div>
      <div id={id} hidden={!open} className="mt-2 pl-5">
        <p className="mb-1 font-mono text-xs break-all text-ink-3">{tool.name}</p>
        <pre
          {...keyboardScroll}
          aria-label={`Arguments of ${tool.title}`}
          className="max-h-72 overflow-auto rounded-xl border border-line bg-sunken p-3 font-mono text-xs whitespace-pre-wrap"
        >
          {JSON.stringify(tool.inputSchema, null, 2)}
        </pre>
      </div>
    </li>
  )
}

function Accept({ tool }: { tool: ToolView }) {
  const client = useQueryClient()
  const toast = useToast()
  const accept = useMutation({
    mutationFn: () => request<undefined>('POST', `/api/tools/${encodeURIComponent(tool.name)}/accept`),
    onSuccess: () => toast.say(`${tool.title || tool.name} may be used again`),
    onError: toast.fail,
    onSettled: () => client.invalidateQueries({ queryKey: keys.tools }),
  })
  return (
    <Button
      className="min-h-8"
      disabled={accept.isPending}
      onClick={() => accept.mutate()}
      aria-label={`Accept ${tool.title || tool.name}`}
    >
      Accept
    </Button>
  )
}

/** For this person alone: other people are asked. */
function AlwaysAllow({ tool }: { tool: ToolView }) {
  const client = useQueryClient()
  const toast = useToast()
  const name = tool.title || tool.name
  const change = useMutation({
    mutationFn: () =>
      request<undefined>(tool.alwaysAllowed ? 'DELETE' : 'POST', `/api/tools/${encodeURIComponent(tool.name)}/always`),
    onSuccess: () => toast.say(tool.alwaysAllowed ? `${name} asks you again` : `${name} runs without asking you`),
    onError: toast.fail,
    onSettled: () => client.invalidateQueries({ queryKey: keys.tools }),
  })
  const label = tool.alwaysAllowed ? 'Ask me again' : 'Always allow'
  return (
    <Button
      className="ml-auto min-h-8"
      disabled={change.isPending}
      onClick={() => change.mutate()}
      aria-label={`${label}: ${name}`}
      title={tool.alwaysAllowed ? '' : 'For you alone, until its definition changes'}
    >
      {label}
    </Button>
  )
}

/** What the tool says of itself: hints, believed only of servers the operator configured. */
function hintsOf({ annotations }: ToolView): string[] {
  return [
    annotations.readOnly ? 'read-only' : 'changes things',
    ...(annotations.destructive && !annotations.readOnly ? ['may destroy'] : []),
    ...(annotations.idempotent && !annotations.readOnly ? ['safe to repeat'] : []),
    ...(annotations.openWorld ? ['reaches outside'] : []),
  ]
}
