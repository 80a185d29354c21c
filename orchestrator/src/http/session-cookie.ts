/** A cookie with an opaque id: HttpOnly, same-site, and on https bound to this very host (`__Host-`, RFC 6265bis). */
export interface SessionCookie {
  read(header: string | undefined): string | null
  set(sessionId: string, maxAgeSeconds: number): string
  clear(): string
}

export function createSessionCookie(publicUrl: string, plainName = 'session'): SessionCookie {
  const secure = publicUrl.startsWith('https:')
  const name = secure ? `__Host-${plainName}` : plainName
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  return {
    read: (header) => {
      for (const pair of header?.split(';') ?? []) {
        const at = pair.indexOf('=')
        if (pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim() || null
      }
      return null
    },
    set: (sessionId, maxAge) => `${name}=${sessionId}; ${attributes}; Max-Age=${maxAge}`,
    clear: () => `${name}=; ${attributes}; Max-Age=0`,
  }
}
