import { Icon } from '../../../components/ui/icon.tsx'
import { useState } from 'react'
import { Markdown } from '../../../components/ui/markdown.tsx'

/** What the model thought before it spoke: folded, for those who want to know. */
export function Reasoning({ text, growing }: { text: string; growing: boolean }) {
  const [open, setOpen] = useState(false)
  return (
    <div className="my-2">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="inline-flex items-center gap-2 rounded-lg py-1 pr-2 text-sm text-ink-3 hover:text-ink"
      >
        <Icon name="brain" size={15} className={growing ? 'animate-breathe' : ''} />
        {growing ? 'Thinking…' : 'Thought about it'}
        <Icon name="chevron-down" size={14} className={`transition-transform ${open ? 'rotate-180' : ''}`} />
      </button>
      {open && (
        <div className="mt-1 border-l-2 border-line pl-4 text-sm text-ink-2">
          <Markdown text={text} streaming={growing} />
        </div>
      )}
    </div>
  )
}
