import { Icon } from './icon.tsx'
import { useEffect, useId, useRef, type ReactNode } from 'react'
import { IconButton } from './button.tsx'

interface DialogProps {
  title: string
  onClose: () => void
  children: ReactNode
  className?: string
  /** It shows what is shown this once: only its own buttons close it, neither a click beside it nor Escape. */
  once?: boolean
}

/** A modal dialog: the browser traps the focus, gives it back, and closes on Escape. Rendered is open;
 * `data-autofocus` marks what gets the focus first. */
export function Dialog({ title, onClose, children, className = 'max-w-lg', once = false }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => {
    const dialog = ref.current
    const focused = document.activeElement
    dialog?.showModal()
    dialog?.querySelector<HTMLElement>('[data-autofocus]')?.focus()
    return () => {
      dialog?.close()
      // The element is gone before the browser could give the focus back.
      if (focused instanceof HTMLElement) focused.focus({ preventScroll: true })
    }
  }, [])
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- a click beside the dialog closes it; Escape does too
    <dialog
      ref={ref}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault()
        if (!once) onClose()
      }}
      // A browser closes it at the second Escape, whatever was said to the first.
      onKeyDown={(event) => {
        if (once && event.key === 'Escape') event.preventDefault()
      }}
      onClick={(event) => {
        if (event.target === ref.current && !once) onClose()
      }}
      className={`animate-appear m-auto w-[calc(100%-2rem)] rounded-2xl border border-line bg-card p-0 text-ink shadow-lift ${className}`}
    >
      <div className="flex max-h-[85dvh] flex-col">
        <header className="flex items-center gap-3 px-5 pt-4 pb-2">
          <h2 id={heading} className="grow text-base font-semibold">
            {title}
          </h2>
          <IconButton label="Close" onClick={onClose}>
            <Icon name="x" size={17} />
          </IconButton>
        </header>
        <div className="overflow-y-auto px-5 pb-5">{children}</div>
      </div>
    </dialog>
  )
}
