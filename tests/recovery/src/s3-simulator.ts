import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'

/** An S3 store on loopback, as far as backups use one. It takes what AWS's own signer would have signed, and nothing else. */
export interface S3Simulator {
  readonly url: string
  /** By bucket and key. */
  readonly objects: Map<string, Buffer>
  /** The next so many requests are answered with this status. */
  fail(status: number, times: number): void
  close(): Promise<void>
}

export const s3Credentials = { region: 'eu-central-1', accessKeyId: 'key', secretAccessKey: 'of-the-store' }
/** Few, so that every longer list comes in several pages. */
const PAGE = 3

export async function startS3Simulator(): Promise<S3Simulator> {
  const objects = new Map<string, Buffer>()
  const failure = { status: 0, times: 0 }
  const server = createServer((request, response) => {
    void answer(objects, failure, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    fail: (status, times) => void Object.assign(failure, { status, times }),
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function answer(
  objects: Map<string, Buffer>,
  failure: { status: number; times: number },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request)
  const url = new URL(request.url ?? '', 'http://store')
  const path = decodeURIComponent(url.pathname.slice(1))
  const say = (status: number, content: string | Buffer = '') =>
    response.writeHead(status, { 'content-length': Buffer.byteLength(content) }).end(content)
  if (failure.times > 0) {
    failure.times -= 1
    return void say(failure.status, '<Error><Code>SlowDown</Code></Error>')
  }
  if (!(await isSigned(request, url))) return void say(403, '<Error><Code>SignatureDoesNotMatch</Code></Error>')
  const hash = createHash('sha256').update(body).digest('hex')
  if (hash !== request.headers['x-amz-content-sha256'])
    return void say(400, '<Error><Code>XAmzContentSHA256Mismatch</Code></Error>')
  if (request.method === 'PUT') {
    objects.set(path, body)
    return void say(200)
  }
  if (request.method === 'DELETE') {
    objects.delete(path)
    return void response.writeHead(204).end()
  }
  if (url.searchParams.get('list-type') === '2') return void say(200, listing(objects, path, url.searchParams))
  const found = objects.get(path)
  return void (found === undefined ? say(404, '<Error><Code>NoSuchKey</Code></Error>') : say(200, found))
}

function listing(objects: Map<string, Buffer>, bucket: string, query: URLSearchParams): string {
  const prefix = `${bucket}/${query.get('prefix') ?? ''}`
  const after = query.get('continuation-token') ?? ''
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).toSorted()
  const page = keys.slice(0, PAGE)
  const contents = page.map(
    (key) =>
      `<Contents><Key>${key.slice(bucket.length + 1).replaceAll('&', '&amp;')}</Key><Size>${objects.get(key)?.length}</Size></Contents>`,
  )
  const more = keys.length > PAGE
  const token = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${token}${contents.join('')}</ListBucketResult>`
}

async function isSigned({ method = '', headers }: IncomingMessage, url: URL): Promise<boolean> {
  const { region, ...credentials } = s3Credentials
  const signer = new SignatureV4({
    service: 's3',
    region,
    credentials,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  })
  const date = String(headers['x-amz-date'])
  const asked = { host: String(headers.host), 'x-amz-content-sha256': String(headers['x-amz-content-sha256']) }
  const signed = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: '127.0.0.1',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...asked, 'x-amz-date': date },
    },
    { signingDate: new Date(date.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z')) },
  )
  return signed.headers['authorization'] === headers.authorization
}
