import { useId, useRef, type KeyboardEvent, type ReactNode } from 'react'
import { IconButton } from './button.tsx'

export interface MenuItem {
  label: string
  icon?: ReactNode
  danger?: boolean
  onSelect: () => void
}

interface MenuProps {
  label: string
  trigger: ReactNode
  items: MenuItem[]
  className?: string
}

/** A button that opens a menu in the top layer, where no scrolling box can cut it off. Arrow keys walk through it. */
export function Menu({ label, trigger, items, className = '' }: MenuProps) {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const place = () => {
    if (button.current && list.current) placeBeside(list.current, button.current.getBoundingClientRect())
  }
  return (
    <>
      <IconButton
        ref={button}
        label={label}
        aria-haspopup="menu"
        popoverTarget={id}
        shape="small"
        className={className}
      >
        {trigger}
      </IconButton>
      <div
        ref={list}
        id={id}
        role="menu"
        tabIndex={-1}
        aria-label={label}
        popover="auto"
        onKeyDown={walk}
        onToggle={(event) => {
          if (event.newState !== 'open') return
          place()
          list.current?.querySelector('button')?.focus()
        }}
        className="fixed inset-auto m-0 min-w-44 rounded-xl border border-line bg-card p-1 text-ink shadow-lift"
      >
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            onClick={() => {
              list.current?.hidePopover()
              item.onSelect()
            }}
            className={`flex w-full items-center gap-2.5 rounded-lg px-3 py-2 text-left text-sm hover:bg-hover focus-visible:bg-hover ${item.danger ? 'text-bad' : ''}`}
          >
            {item.icon}
            {item.label}
          </button>
        ))}
      </div>
    </>
  )
}

function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  event.preventDefault()
  const entries = [...event.currentTarget.querySelectorAll('button')]
  const now = entries.findIndex((entry) => entry === document.activeElement)
  entries.at((now + step) % entries.length)?.focus()
}

function placeBeside(menu: HTMLElement, button: DOMRect): void {
  const { width, height } = menu.getBoundingClientRect()
  const below = button.bottom + 4 + height < innerHeight
  menu.style.top = `${Math.max(8, below ? button.bottom + 4 : button.top - 4 - height)}px`
  menu.style.left = `${Math.max(8, Math.min(button.left, innerWidth - width - 8))}px`
}
