import type { ToolPart } from '@ai-assistant/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../../../components/ui/button.tsx'
import { toolsQuery } from '../../../lib/tools-query.ts'
import type { ChatActions } from '../use-chat-actions.ts'

interface ApprovalProps {
  call: ToolPart
  /** Its name to people. */
  tool: string
  runId: string
  decide: ChatActions['decide']
}

/**
 * The question whether a tool may do what is shown above, with exactly these arguments. A tool that says it reads only may be
 * allowed for good. Its title is its server's own word, so its name stands here as well.
 */
export function Approval({ call, tool, runId, decide }: ApprovalProps) {
  const [asked, setAsked] = useState(false)
  const { data } = useQuery(toolsQuery)
  const known = data?.servers.flatMap((server) => server.tools).find(({ name }) => name === call.toolName)
  const answer = (approved: boolean, always = false) => {
    setAsked(true)
    void decide(runId, call.approval?.id ?? '', { approved, ...(always ? { always } : {}) }).finally(() =>
      setAsked(false),
    )
  }
  return (
    <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line bg-warn-soft px-3.5 py-2.5">
      <p className="min-w-52 grow basis-52 text-sm text-ink-2">
        Run <span className="font-mono text-[12.5px] break-all text-ink">{call.toolName}</span> with exactly these
        arguments?
      </p>
      <div className="flex flex-wrap gap-2">
        <Button disabled={asked} onClick={() => answer(false)} aria-label={`Refuse ${tool}`}>
          Refuse
        </Button>
        {known?.allowable === true && (
          <Button
            disabled={asked}
            onClick={() => answer(true, true)}
            aria-label={`Always allow ${tool}`}
            title="Runs it now, and without asking you from now on, until its definition changes. You can end this under Tools."
          >
            Always allow
          </Button>
        )}
        <Button look="solid" disabled={asked} onClick={() => answer(true)} aria-label={`Approve ${tool}`}>
          Approve
        </Button>
      </div>
    </div>
  )
}
