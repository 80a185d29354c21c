const CODE = /^#(?:code=)?([\w-]{20,100})$/

/** The code in a sign-in link's fragment, if there is one. A fragment is never sent to a server or its logs. */
function codeIn(fragment: string): string | null {
  return CODE.exec(fragment)?.[1] ?? null
}

/** Takes the code out of the address, so that neither history nor a shared address carries it. */
export function takeCode(): string | null {
  const code = codeIn(location.hash)
  if (code !== null) history.replaceState(history.state, '', location.pathname + location.search)
  return code
}
