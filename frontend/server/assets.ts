import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { listFiles } from './list-files.ts'

/** One file of the built app, and the compressed forms the build left beside it. */
interface Asset {
  file: string
  type: string
  etag: string
  cacheControl: string
  forms: { encoding: 'br' | 'gzip'; file: string; size: number }[]
  size: number
}

/** The built app by URL path. What is not in it is not served: no path reaches the file system. */
export type Assets = ReadonlyMap<string, Asset>

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
}

/** The build names what lies here after its content. */
const hashed = '/assets/'

export function indexAssets(dist: string): Assets {
  const assets = new Map<string, Asset>()
  if (!existsSync(join(dist, 'index.html'))) return assets
  for (const file of listFiles(dist)) {
    if (/\.(br|gz)$/.test(file)) continue
    const path = `/${relative(dist, file).split(sep).join('/')}`
    assets.set(path, describe(file, path))
  }
  return assets
}

/** The asset a request asks for: the file of its path, or the app's page where a person navigates to one of its places. */
export function findAsset(assets: Assets, request: FastifyRequest): Asset | undefined {
  const path = decodedPath(request.url)
  if (path === '/') return assets.get('/index.html')
  const asset = path === null ? undefined : assets.get(path)
  if (asset || path === null || path.startsWith(hashed)) return asset
  return isNavigation(request) ? assets.get('/index.html') : undefined
}

export function sendAsset(asset: Asset, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const form = asset.forms.find(({ encoding }) => accepts(request.headers['accept-encoding'], encoding))
  const etag = form ? `"${asset.etag}-${form.encoding}"` : `"${asset.etag}"`
  reply.header('etag', etag).header('cache-control', asset.cacheControl).header('vary', 'Accept-Encoding')
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) return reply.code(304).send()
  reply.type(asset.type).header('content-length', form?.size ?? asset.size)
  if (form) reply.header('content-encoding', form.encoding)
  return reply.send(createReadStream(form?.file ?? asset.file))
}

function describe(file: string, path: string): Asset {
  return {
    file,
    type: types[extname(file)] ?? 'application/octet-stream',
    etag: createHash('sha256').update(readFileSync(file)).digest('base64url').slice(0, 22),
    cacheControl: path.startsWith(hashed) ? 'public, max-age=31536000, immutable' : 'no-cache',
    size: statSync(file).size,
    forms: (['br', 'gzip'] as const).flatMap((encoding) => {
      const form = `${file}.${encoding === 'br' ? 'br' : 'gz'}`
      return existsSync(form) ? [{ encoding, file: form, size: statSync(form).size }] : []
    }),
  }
}

function decodedPath(url: string): string | null {
  try {
    return decodeURIComponent(url.split('?', 1)[0] ?? '/')
  } catch {
    return null
  }
}

function isNavigation({ headers }: FastifyRequest): boolean {
  const mode = headers['sec-fetch-mode']
  if (mode !== undefined) return mode === 'navigate'
  return headers.accept?.includes('text/html') === true
}

/** RFC 9110 §12.5.3, as browsers use it: named, and not refused by q=0. */
function accepts(header: string | string[] | undefined, encoding: string): boolean {
  const offers = String(header ?? '').split(',')
  return offers.some((offer) => {
    const [name, ...parameters] = offer
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/)
    return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
  })
}
