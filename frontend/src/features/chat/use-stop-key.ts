import { useEffect, useRef } from 'react'

/** Escape stops the running answer, unless something open in the page wants it for itself. */
export function useStopKey(stop: (() => void) | null): void {
  const now = useRef(stop)
  useEffect(() => {
    now.current = stop
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return
      if (document.querySelector('dialog[open], :popover-open') === null) now.current?.()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}
