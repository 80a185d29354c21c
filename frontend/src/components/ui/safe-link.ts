/** Where a link in untrusted text may lead: http, https and mailto. `host` is the address written to for mail. */
export function safeLink(href: string): { url: string; host: string } | null {
  const url = URL.canParse(href) ? new URL(href) : null
  if (url?.protocol === 'mailto:') return { url: url.href, host: decoded(url.pathname) }
  // A link with a name and password in it only ever pretends to lead elsewhere.
  if (url === null || !['https:', 'http:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    return null
  return { url: url.href, host: url.host }
}

/** Images in untrusted text are shown only if showing them asks nobody: raster images in a `data:` URL. */
export function safeImage(href: string): string | null {
  return /^data:image\/(?:png|jpeg|gif|webp);base64,[\w+/=]+$/.test(href) ? href : null
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
