import { useSyncExternalStore } from 'react'

/** Where the person is. An address we do not know is the start page. */
export type Place =
  | { page: 'new' }
  | { page: 'conversation'; id: string }
  | { page: 'model' }
  | { page: 'tools' }
  | { page: 'settings'; section: string }
  | { page: 'unknown' }

export const pathTo = {
  start: '/',
  conversation: (id: string) => `/c/${id}`,
  model: '/model',
  tools: '/tools',
  settings: (section = '') => (section === '' ? '/settings' : `/settings/${section}`),
}

const MOVED = 'app:moved'
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function placeOf(path: string): Place {
  if (path === '/') return { page: 'new' }
  if (path === pathTo.model) return { page: 'model' }
  if (path === pathTo.tools) return { page: 'tools' }
  const [, settings, section = ''] = path.split('/')
  if (settings === 'settings') return { page: 'settings', section }
  const id = path.startsWith('/c/') ? path.slice(3) : ''
  return UUID.test(id) ? { page: 'conversation', id } : { page: 'unknown' }
}

/** Goes to a path of this app without loading the page again. */
export function navigate(path: string, options: { replace?: boolean } = {}): void {
  if (path === location.pathname) return
  if (options.replace) history.replaceState(null, '', path)
  else history.pushState(null, '', path)
  globalThis.dispatchEvent(new Event(MOVED))
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname)
}

function subscribe(listener: () => void): () => void {
  globalThis.addEventListener(MOVED, listener)
  globalThis.addEventListener('popstate', listener)
  return () => {
    globalThis.removeEventListener(MOVED, listener)
    globalThis.removeEventListener('popstate', listener)
  }
}
