import { useInfiniteQuery } from '@tanstack/react-query'
import { Icon } from '../components/ui/icon.tsx'
import { useDeferredValue, useId, useState, type KeyboardEvent } from 'react'
import { Dialog } from '../components/ui/dialog.tsx'
import { conversationListQuery } from '../features/conversations/api.ts'
import { navigate, pathTo } from '../lib/router.ts'

export interface Command {
  name: string
  run: () => void
}

interface Choice extends Command {
  id: string
  kind: string
}

const MOST_CONVERSATIONS = 12

/** One field for everything: commands by name, conversations by any word in them. */
export function CommandPalette({ commands, onClose }: { commands: readonly Command[]; onClose: () => void }) {
  const [words, setWords] = useState('')
  const [at, setAt] = useState(0)
  const list = useId()
  const choices = useChoices(words, commands)
  const chosen = choices[Math.min(at, choices.length - 1)]
  const run = (choice: Choice | undefined) => {
    if (choice === undefined) return
    onClose()
    choice.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) run(chosen)
    if (step === undefined || choices.length === 0) return
    event.preventDefault()
    setAt((Math.min(at, choices.length - 1) + step + choices.length) % choices.length)
  }
  return (
    <Dialog title="Search and commands" onClose={onClose} className="mt-[12dvh] max-w-xl">
      <div className="mb-2 flex items-center gap-2.5 rounded-xl border border-line-strong px-3.5 focus-within:border-accent">
        <Icon name="search" size={16} className="text-ink-3" />
        <input
          data-autofocus
          role="combobox"
          aria-expanded
          aria-controls={list}
          aria-activedescendant={chosen?.id}
          aria-label="Search conversations and commands"
          placeholder="Search conversations and commands"
          value={words}
          onChange={(event) => {
            setWords(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
          className="h-11 w-full bg-transparent outline-none placeholder:text-ink-3"
        />
      </div>
      <div id={list} role="listbox" aria-label="Results" className="max-h-[50dvh] overflow-y-auto">
        {choices.map((choice) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field above has the focus and takes the keys
          <div
            key={choice.id}
            id={choice.id}
            role="option"
            tabIndex={-1}
            aria-selected={choice === chosen}
            onClick={() => run(choice)}
            className={`flex cursor-pointer items-center gap-3 rounded-xl px-3.5 py-2 text-sm hover:bg-hover ${choice === chosen ? 'bg-hover' : ''}`}
          >
            <span className="min-w-0 grow truncate">{choice.name}</span>
            <span className="shrink-0 text-xs text-ink-3">{choice.kind}</span>
          </div>
        ))}
        {choices.length === 0 && <p className="px-3.5 py-3 text-sm text-ink-3">Nothing found.</p>}
      </div>
    </Dialog>
  )
}

function useChoices(words: string, commands: readonly Command[]): Choice[] {
  const search = useDeferredValue(words.trim())
  const found = useInfiniteQuery({ ...conversationListQuery(search), placeholderData: (before) => before })
  const wanted = words.trim().toLowerCase()
  return [
    ...commands
      .filter((command) => command.name.toLowerCase().includes(wanted))
      .map((command) => ({ ...command, id: `command-${command.name}`, kind: 'Command' })),
    ...(found.data ?? []).slice(0, MOST_CONVERSATIONS).map((conversation) => ({
      id: `conversation-${conversation.id}`,
      kind: 'Conversation',
      name: conversation.title || 'New chat',
      run: () => navigate(pathTo.conversation(conversation.id)),
    })),
  ]
}
