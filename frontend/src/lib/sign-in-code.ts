/** A link of ours that somebody opened: what it is for, and its single-use code. */
export interface Arrival {
  to: 'sign-in' | 'join' | 'reset' | 'confirm'
  code: string
}

const CODE = /^#(?:code=)?([\w-]{20,100})$/

/** Takes the code out of the address, so that neither history nor a shared address carries it. */
export function takeCode(): Arrival | null {
  // A fragment is never sent to a server or its logs.
  const code = CODE.exec(location.hash)?.[1]
  if (code === undefined) return null
  const path = location.pathname.slice(1)
  const to = path === 'join' || path === 'reset' || path === 'confirm' ? path : 'sign-in'
  history.replaceState(history.state, '', to === 'sign-in' ? location.pathname + location.search : '/')
  return { to, code }
}
