import { useEffect, useSyncExternalStore } from 'react'
import { useStored } from '../lib/use-stored.ts'

export type Theme = 'system' | 'light' | 'dark'

const next: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' }

/** The chosen theme, and the function that goes on to the next. `public/theme.js` does the same before the first paint. */
export function useTheme(): { theme: Theme; toggle: () => void } {
  const [stored, setStored] = useStored('theme')
  const systemDark = useSyncExternalStore(subscribeSystem, () => systemQuery().matches)
  const theme: Theme = stored === 'light' || stored === 'dark' ? stored : 'system'
  const dark = theme === 'dark' || (theme === 'system' && systemDark)
  useEffect(() => {
    document.documentElement.dataset['theme'] = dark ? 'dark' : 'light'
  }, [dark])
  return { theme, toggle: () => setStored(next[theme] === 'system' ? null : next[theme]) }
}

function systemQuery(): MediaQueryList {
  return matchMedia('(prefers-color-scheme: dark)')
}

function subscribeSystem(listener: () => void): () => void {
  const query = systemQuery()
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}
