import { useCallback, useSyncExternalStore } from 'react'
import { localStore } from './local-store.ts'

/** A text kept in this browser, and its setter. Changes made in another tab show here too. */
export function useStored(key: string): [string | null, (value: string | null) => void] {
  const value = useSyncExternalStore(localStore.subscribe, () => localStore.get(key))
  const set = useCallback((next: string | null) => localStore.set(key, next), [key])
  return [value, set]
}
