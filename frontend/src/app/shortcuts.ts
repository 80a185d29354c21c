export interface Shortcut {
  /** As shown to people. `Mod` is Cmd on a Mac and Ctrl elsewhere. */
  keys: string
  what: string
  matches: (event: KeyboardEvent) => boolean
}

const mod = (event: KeyboardEvent) => event.metaKey || event.ctrlKey
const plain = (event: KeyboardEvent) => !mod(event) && !event.altKey

/** Single keys act only while nobody writes. */
const idle = (event: KeyboardEvent) =>
  !(event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [contenteditable]'))

export const shortcuts = {
  palette: {
    keys: 'Mod K',
    what: 'Search and commands',
    matches: (event) => mod(event) && !event.shiftKey && event.key.toLowerCase() === 'k',
  },
  newChat: {
    keys: 'Mod Shift O',
    what: 'New chat',
    matches: (event) => mod(event) && event.shiftKey && event.key.toLowerCase() === 'o',
  },
  sidebar: {
    keys: 'Mod B',
    what: 'Show or hide the sidebar',
    matches: (event) => mod(event) && !event.shiftKey && event.key.toLowerCase() === 'b',
  },
  focus: { keys: '/', what: 'Write a message', matches: (event) => plain(event) && event.key === '/' && idle(event) },
  help: { keys: '?', what: 'Keyboard shortcuts', matches: (event) => plain(event) && event.key === '?' && idle(event) },
} satisfies Record<string, Shortcut>

export type ShortcutName = keyof typeof shortcuts

/** The shortcut a key press means, if it means one. */
export function shortcutFor(event: KeyboardEvent): ShortcutName | null {
  if (event.defaultPrevented || event.isComposing) return null
  const names = Object.keys(shortcuts) as ShortcutName[]
  return names.find((name) => shortcuts[name].matches(event)) ?? null
}

/** Shortcuts that live where they act, for the list alone. */
export const otherShortcuts: Pick<Shortcut, 'keys' | 'what'>[] = [
  { keys: 'Enter', what: 'Send' },
  { keys: 'Shift Enter', what: 'New line' },
  { keys: 'Esc', what: 'Stop the answer, close what is open' },
]

/** The names people know: ⌘ on a Mac, Ctrl elsewhere. */
export function shownKeys(keys: string): string[] {
  const mac = /Mac|iPhone|iPad/.test(navigator.userAgent)
  return keys.split(' ').map((key) => (key === 'Mod' ? (mac ? '⌘' : 'Ctrl') : key))
}
