// Copies every backup of BACKUP_DIR that the bucket does not have yet to s3://BACKUP_BUCKET/postgres/ (default:
// ai-assistant-backups), on AWS or on the S3-compatible store at S3_ENDPOINT. Without a key there is nothing to do.
// Requests are signed as AWS documents it: "Signature Version 4", single chunk, payload hash in the header.
import { createHash, createHmac } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'

// A program of its own, apart from the orchestrator's configuration.
// oxlint-disable-next-line no-restricted-properties, no-restricted-imports, no-restricted-globals
const { env } = process
const folder = env.BACKUP_DIR || '/backup'
const bucket = env.BACKUP_BUCKET || 'ai-assistant-backups'
const region = env.S3_REGION || 'us-east-1'
const endpoint = new URL(env.S3_ENDPOINT || `https://s3.${region}.amazonaws.com`)
const { S3_ACCESS_KEY_ID: id, S3_SECRET_ACCESS_KEY: secret } = env

if (!id || !secret) {
  console.log('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are not set: the backups stay on the volume alone')
} else {
  const names = (await readdir(folder)).filter((name) => /\.dump(\.sha256)?$/.test(name))
  for (const name of names.toSorted()) await upload(name)
}

async function upload(name) {
  const path = join(folder, name)
  const { size } = await stat(path)
  const there = await request('HEAD', name, sha256(''))
  if (there.ok && Number(there.headers.get('content-length')) === size) return
  const body = createReadStream(path)
  const answer = await request('PUT', name, await hashOf(path), { body, size })
  if (!answer.ok) throw new Error(`${name}: the store answered ${answer.status} ${await answer.text()}`)
  console.log(`${name}: copied to ${bucket}, ${size} bytes`)
}

async function request(method, name, payload, content) {
  const url = new URL(`/${bucket}/postgres/${name}`, endpoint)
  const headers = {
    host: url.host,
    'x-amz-content-sha256': payload,
    'x-amz-date': new Date().toISOString().replace(/[-:]|\.\d{3}/g, ''),
  }
  headers.authorization = sign(method, url.pathname, headers)
  if (content) headers['content-length'] = String(content.size)
  return fetch(url, { method, headers, ...(content && { body: content.body, duplex: 'half' }) })
}

function sign(method, path, headers) {
  const names = Object.keys(headers).toSorted()
  const canonical = names.map((name) => `${name}:${headers[name]}\n`).join('')
  const asked = [method, path, '', canonical, names.join(';'), headers['x-amz-content-sha256']].join('\n')
  const scope = `${headers['x-amz-date'].slice(0, 8)}/${region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(asked)].join('\n')
  const key = scope.split('/').reduce((from, part) => hmac(from, part), `AWS4${secret}`)
  const signature = hmac(key, toSign).toString('hex')
  return `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
}

async function hashOf(path) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

function hmac(key, text) {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex')
}
