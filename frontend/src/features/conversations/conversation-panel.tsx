import { useState } from 'react'
import { IconButton } from '../../components/ui/button.tsx'
import { Icon } from '../../components/ui/icon.tsx'
import { ConversationList } from './conversation-list.tsx'
import { keyboardScroll } from '../../components/ui/keyboard-scroll.ts'

interface ConversationPanelProps {
  currentId: string | null
  onDeleted: (id: string) => void
}

/** All conversations, and the search through them. */
export function ConversationPanel({ currentId, onDeleted }: ConversationPanelProps) {
  const [search, setSearch] = useState('')
  return (
    <div className="flex h-full flex-col">
      <div className="shrink-0 px-3 pb-2">
        <SearchField value={search} onChange={setSearch} />
      </div>
      <div
        {...keyboardScroll}
        role="region"
        aria-label="Conversations"
        className="min-h-0 grow overflow-y-auto px-2 -outline-offset-2"
      >
        <ConversationList search={search} currentId={currentId} onDeleted={onDeleted} />
      </div>
    </div>
  )
}

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <div role="search" className="relative">
      <Icon
        name="search"
        size={15}
        className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-ink-3"
      />
      <input
        type="text"
        inputMode="search"
        aria-label="Search conversations"
        placeholder="Search"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || value === '') return
          event.preventDefault()
          onChange('')
        }}
        className="h-9 w-full rounded-xl bg-transparent pr-8 pl-9 text-sm placeholder:text-ink-3 hover:bg-hover focus:bg-card"
      />
      {value !== '' && (
        <IconButton label="Clear search" onClick={() => onChange('')} shape="small" className="absolute top-1 right-1">
          <Icon name="x" size={14} />
        </IconButton>
      )}
    </div>
  )
}
