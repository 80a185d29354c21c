import { useState } from 'react'
import { Button } from '../../../components/ui/button.tsx'

/** The question whether a tool may do what is shown above, with exactly these arguments. */
export function Approval({ tool, onDecide }: { tool: string; onDecide: (approved: boolean) => Promise<void> }) {
  const [asked, setAsked] = useState(false)
  const decide = (approved: boolean) => {
    setAsked(true)
    void onDecide(approved).finally(() => setAsked(false))
  }
  return (
    <div className="flex flex-wrap items-center gap-2 border-t border-line bg-warn-soft px-3.5 py-2.5">
      <p className="min-w-40 grow text-sm text-ink-2">Run it with exactly these arguments?</p>
      <Button disabled={asked} onClick={() => decide(false)} aria-label={`Refuse ${tool}`}>
        Refuse
      </Button>
      <Button look="solid" disabled={asked} onClick={() => decide(true)} aria-label={`Approve ${tool}`}>
        Approve
      </Button>
    </div>
  )
}
