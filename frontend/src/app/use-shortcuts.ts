import { useEffect, useRef } from 'react'
import type { ShortcutName } from './shortcuts.ts'

const table = import('./shortcuts.ts')

/** Runs an action for each shortcut, while no dialog is open. */
export function useShortcuts(actions: Record<ShortcutName, () => void>): void {
  const now = useRef(actions)
  useEffect(() => {
    now.current = actions
  })
  useEffect(() => {
    const stop = new AbortController()
    void table.then(({ shortcutFor }) => {
      const onKey = (event: KeyboardEvent) => {
        const name = shortcutFor(event)
        if (name === null || document.querySelector('dialog[open]') !== null) return
        event.preventDefault()
        now.current[name]()
      }
      addEventListener('keydown', onKey, { signal: stop.signal })
    })
    return () => stop.abort()
  }, [])
}
