import { useEffect, useRef, type ReactNode } from 'react'

/** The sidebar over the page, on screens without room beside it. */
export function SidebarDrawer({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- a click beside the drawer closes it; Escape does too
    <dialog
      ref={ref}
      aria-label="Sidebar"
      onCancel={(event) => {
        if (event.target !== ref.current) return
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose()
      }}
      className="m-0 h-full max-h-none w-[min(19rem,85vw)] max-w-none bg-side p-0 text-ink shadow-lift"
    >
      {children}
    </dialog>
  )
}
