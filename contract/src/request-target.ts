/** What both servers look at of Node's `IncomingMessage`. */
interface Target {
  url?: string | undefined
  headers: { host?: string | undefined }
}

/**
 * A request's target as a path. A request for a proxy names the whole address; RFC 9112 §3.2.2 has every server take it, and
 * the host that it names instead of the header. One that no two parsers would read alike becomes `*`, where nothing is.
 */
export function originForm(request: Target): string {
  const target = request.url ?? '/'
  if (target.startsWith('/')) return target
  const [, host, path = ''] = /^https?:\/\/([\w.:[\]-]+)(\/.*)?$/i.exec(target) ?? []
  if (host === undefined) return '*'
  request.headers.host = host
  return path === '' ? '/' : path
}

/** RFC 9112 §3.2: with two hosts, each server on the way may believe another. */
export function hasManyHosts({ rawHeaders }: { rawHeaders: string[] }): boolean {
  let hosts = 0
  // Names and values by turns.
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1
  }
  return hosts > 1
}
