/**
 * One conversation among the tabs of this browser: what one changed, the others read again. A browser without
 * BroadcastChannel has tabs that converge when they get the focus.
 */
export interface TabChannel {
  /** Tells the other tabs; this one is not told. `null`: a change that concerns the list alone. */
  tell: (conversationId: string | null) => void
  listen: (listener: (conversationId: string | null) => void) => () => void
}

function createTabChannel(name = 'changes'): TabChannel {
  if (typeof BroadcastChannel === 'undefined') return { tell: () => {}, listen: () => () => {} }
  const channel = new BroadcastChannel(name)
  return {
    tell: (conversationId) => channel.postMessage(conversationId),
    listen: (listener) => {
      const onMessage = (event: MessageEvent<string | null>) => listener(event.data)
      channel.addEventListener('message', onMessage)
      return () => channel.removeEventListener('message', onMessage)
    },
  }
}

/** The page's one channel. */
export const tabChannel = createTabChannel()
