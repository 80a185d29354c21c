import { createHash, createHmac } from 'node:crypto'

interface Asked {
  endpoint: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  method: string
  /** As it is sent. */
  path: string
  query: Record<string, string>
  /** Of the body, in hexadecimal. */
  sha256: string
  now: Date
}

/** The headers that say who asks, as AWS documents them: "Signature Version 4", with the body's hash in a header. */
export function signRequest(asked: Asked): Record<string, string> {
  const date = asked.now.toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const signed = {
    host: new URL(asked.endpoint).host,
    'x-amz-content-sha256': asked.sha256,
    'x-amz-date': date,
  }
  const scope = `${date.slice(0, 8)}/${asked.region}/s3/aws4_request`
  const names = Object.keys(signed).join(';')
  const signature = sign(asked.secretAccessKey, scope, date, canonical(asked, signed))
  return {
    ...signed,
    authorization: `AWS4-HMAC-SHA256 Credential=${asked.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

/** The names of `headers` are in order, and in small letters. */
function canonical({ method, path, query, sha256: body }: Asked, headers: Record<string, string>): string {
  const search = Object.entries(query)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&')
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  return [method, path, search, lines.join(''), Object.keys(headers).join(';'), body].join('\n')
}

function sign(secret: string, scope: string, date: string, request: string): string {
  const hashed = createHash('sha256').update(request).digest('hex')
  const toSign = ['AWS4-HMAC-SHA256', date, scope, hashed].join('\n')
  const key = scope.split('/').reduce<string | Buffer>((from, part) => hmac(from, part), `AWS4${secret}`)
  return hmac(key, toSign).toString('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** RFC 3986, which leaves fewer characters as they are than `encodeURIComponent` does. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}
