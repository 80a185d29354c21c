import { createHash } from 'node:crypto'
import { request } from 'undici'
import type { S3Settings } from '../config/config.ts'
import { sleep } from '../lib/sleep.ts'
import { createOperatorAgent, type OperatorAgent } from '../outbound/operator-agent.ts'
import { BackupError, DamagedBackup } from './backup-error.ts'
import { BACKUP_NAME, MANIFEST } from './manifest.ts'
import { signRequest } from './sign-request.ts'
import type { BackupStore, StoredBackup } from './store.ts'

const TRIES = 4
const FIRST_PAUSE_MS = 250
/** The longest one request may take: a part of 16 MiB on a slow line. */
const REQUEST_MS = 300_000

/** A page lists a thousand objects, with keys of a thousand bytes at most. */
const MOST_PAGE_BYTES = 8 << 20
const MOST_PAGES = 1000

interface Asked {
  method: 'GET' | 'PUT' | 'DELETE'
  /** Below the bucket; '' is the bucket itself. */
  object: string
  query?: Record<string, string>
  body?: Buffer
  /** How much of an answer is read. */
  maxBytes?: number
}

interface Answered {
  status: number
  body: Buffer
}

/** Backups in a bucket, on AWS or on any store that speaks the same: path-style addresses, signature version 4, single requests. */
export function openS3Store(settings: S3Settings): BackupStore {
  const agent = createOperatorAgent(settings.endpoint)
  const where = `s3://${settings.bucket}/${settings.prefix}`
  const ask = (asked: Asked) => askAgain(agent, settings, where, asked)
  const object = (backup: string, file: string) => `${settings.prefix}${backup}/${file}`
  return {
    where,
    list: async () => byName(await listObjects(ask, settings.prefix), settings.prefix),
    write: async (backup, file, bytes) => {
      await ask({ method: 'PUT', object: object(backup, file), body: bytes }).then(
        mustBe(200, `${where}${backup}/${file}`),
      )
    },
    read: async (backup, file, maxBytes) => {
      const answer = await ask({ method: 'GET', object: object(backup, file), maxBytes })
      if (answer.status === 404) return null
      if (answer.body.length > maxBytes)
        throw new DamagedBackup(file, `is longer than the ${maxBytes} bytes that belong`)
      return mustBe(200, `${where}${backup}/${file}`)(answer).body
    },
    remove: async (backup) => {
      const names = [
        ...(byName(await listObjects(ask, `${settings.prefix}${backup}/`), settings.prefix)[0]?.files.keys() ?? []),
      ]
      const rest = names.filter((name) => name !== MANIFEST)
      for (const name of names.length > rest.length ? [MANIFEST, ...rest] : rest) {
        await ask({ method: 'DELETE', object: object(backup, name) }).then(mustBe(204, `${where}${backup}/${name}`))
      }
    },
    close: () => agent.close(),
  }
}

interface StoredObject {
  key: string
  bytes: number
}

async function listObjects(ask: (asked: Asked) => Promise<Answered>, prefix: string): Promise<StoredObject[]> {
  const objects: StoredObject[] = []
  let token: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { 'list-type': '2', prefix, ...(token === undefined ? {} : { 'continuation-token': token }) }
    const asked = { method: 'GET', object: '', query, maxBytes: MOST_PAGE_BYTES } as const
    const { body } = await ask(asked).then(mustBe(200, 'the list of backups'))
    const text = body.toString('utf8')
    // Anything else would read as a store without backups.
    if (!/<ListBucketResult[\s>]/.test(text.slice(0, 1000)) || !text.trimEnd().endsWith('</ListBucketResult>'))
      throw new BackupError('the list of backups: what the store answered is no list. Check S3_ENDPOINT.')
    for (const piece of text.split('<Contents>').slice(1)) {
      const content = piece.slice(0, Math.max(0, piece.indexOf('</Contents>')))
      objects.push({ key: element(content, 'Key'), bytes: Number(element(content, 'Size')) })
    }
    token = element(text, 'IsTruncated') === 'true' ? element(text, 'NextContinuationToken') : ''
    if (token === '') return objects
  }
  throw new BackupError(`the list of backups: the store goes on after ${MOST_PAGES} pages.`)
}

/** Keys that cannot be ours are none. */
function byName(objects: StoredObject[], prefix: string): StoredBackup[] {
  const backups = new Map<string, StoredBackup>()
  for (const { key, bytes } of objects) {
    const [name = '', file = '', ...deeper] = key.slice(prefix.length).split('/')
    if (!key.startsWith(prefix) || !BACKUP_NAME.test(name) || file === '' || deeper.length > 0) continue
    const backup = backups.get(name) ?? { name, files: new Map() }
    backup.files.set(file, bytes)
    backups.set(name, backup)
  }
  return [...backups.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function element(xml: string, name: string): string {
  const begin = xml.indexOf(`<${name}>`)
  const end = xml.indexOf(`</${name}>`, begin)
  const text = begin < 0 || end < 0 ? '' : xml.slice(begin + name.length + 2, end)
  const entities: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' }
  return text.replaceAll(/&(?:lt|gt|quot|apos|amp);/g, (entity) => entities[entity] ?? entity)
}

function mustBe(status: number, what: string): (answer: Answered) => Answered {
  return (answer) => {
    if (answer.status === status) return answer
    const reason = element(answer.body.toString('utf8'), 'Code') || 'no reason given'
    throw new BackupError(`${what}: the store answered ${answer.status} (${reason})`)
  }
}

/** Each request may be made again as it was: what is written is written whole, and under a name that nothing else has. */
async function askAgain(agent: OperatorAgent, settings: S3Settings, where: string, asked: Asked): Promise<Answered> {
  for (let tries = 1; ; tries++) {
    const answer = await askOnce(agent, settings, asked).catch((error: unknown) => {
      if (tries < TRIES) return null
      throw new BackupError(`${where}: ${settings.endpoint} cannot be reached: ${String(error)}`, { cause: error })
    })
    const passing = answer === null || answer.status >= 500 || answer.status === 429
    if (answer !== null && (!passing || tries === TRIES)) return answer
    await sleep(FIRST_PAUSE_MS * 2 ** tries * (0.5 + Math.random() / 2))
  }
}

async function askOnce(agent: OperatorAgent, settings: S3Settings, asked: Asked): Promise<Answered> {
  const { method, object, query = {}, body, maxBytes = 64 << 20 } = asked
  const path = `/${[settings.bucket, ...object.split('/')].map(encodeURIComponent).join('/')}`.replace(/\/$/, '')
  const search = new URLSearchParams(query).toString().replaceAll('+', '%20')
  const sha256 = createHash('sha256')
    .update(body ?? '')
    .digest('hex')
  const headers = signRequest({ ...settings, method, path, query, sha256, now: new Date() })
  const response = await request(`${agent.origin}${path}${search === '' ? '' : `?${search}`}`, {
    method,
    headers,
    dispatcher: agent.dispatcher,
    signal: AbortSignal.timeout(REQUEST_MS),
    ...(body === undefined ? {} : { body }),
  })
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response.body) {
    chunks.push(Buffer.from(chunk))
    length += chunk.length
    if (length > maxBytes) break
  }
  return { status: response.statusCode, body: Buffer.concat(chunks) }
}
