import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { expect, onTestFinished, test } from 'vitest'
import { root } from '../src/render.ts'
import { run, tryRun } from '../src/run.ts'

const script = join(root, 'k8s/base/backup/upload.mjs')

test('backups that the bucket lacks are copied to it, whole and once, signed as AWS signs', async () => {
  const store = await startStore()
  const dump = Buffer.alloc(300_000, 'backup')
  writeFileSync(join(store.backups, 'a.dump'), dump)
  writeFileSync(join(store.backups, 'a.dump.sha256'), 'sum')
  writeFileSync(join(store.backups, 'b.dump.part'), 'not whole')
  await run(process.execPath, [script], { env: store.env })
  expect([...store.objects.keys()].toSorted()).toEqual([
    '/ai-assistant-backups/postgres/a.dump',
    '/ai-assistant-backups/postgres/a.dump.sha256',
  ])
  expect(store.objects.get('/ai-assistant-backups/postgres/a.dump')?.equals(dump)).toBe(true)
  expect(await run(process.execPath, [script], { env: store.env })).toBe('')
  expect(store.puts()).toBe(2)
})

test('a store that refuses fails the job; without a key there is nothing to do', async () => {
  const store = await startStore()
  writeFileSync(join(store.backups, 'a.dump'), 'x')
  const refused = await tryRun(process.execPath, [script], { env: { ...store.env, S3_SECRET_ACCESS_KEY: 'wrong' } })
  expect(refused.code).not.toBe(0)
  expect(refused.stderr).toContain('a.dump: the store answered 403')
  const told = await run(process.execPath, [script], { env: { ...store.env, S3_ACCESS_KEY_ID: '' } })
  expect(told).toContain('stay on the volume alone')
  expect(store.puts()).toBe(0)
})

/** Keeps what comes with a signature that AWS's own signer makes as well, and with the hash that was signed. */
async function startStore() {
  const objects = new Map<string, Buffer>()
  let puts = 0
  const signer = new SignatureV4({
    service: 's3',
    region: 'eu-central-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'of-the-store' },
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  })
  const isSigned = async ({ method = '', url = '', headers }: IncomingMessage) => {
    const date = String(headers['x-amz-date'])
    const asked = { host: String(headers.host), 'x-amz-content-sha256': String(headers['x-amz-content-sha256']) }
    const signed = await signer.sign(
      {
        method,
        protocol: 'http:',
        hostname: '127.0.0.1',
        path: url,
        query: {},
        headers: { ...asked, 'x-amz-date': date },
      },
      { signingDate: new Date(date.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z')) },
    )
    return signed.headers['authorization'] === headers.authorization
  }
  const answer = async (request: IncomingMessage): Promise<number> => {
    const body = await buffer(request)
    if (!(await isSigned(request))) return 403
    if (request.method === 'HEAD') return objects.has(request.url ?? '') ? 200 : 404
    const hash = createHash('sha256').update(body).digest('hex')
    if (hash !== request.headers['x-amz-content-sha256']) return 400
    puts += 1
    objects.set(request.url ?? '', body)
    return 200
  }
  const server = createServer((request, response) => {
    void answer(request).then((code) => {
      const size = request.method === 'HEAD' ? objects.get(request.url ?? '')?.length : 0
      response.writeHead(code, { 'content-length': size ?? 0 }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const backups = mkdtempSync(join(tmpdir(), 'ai-assistant-backups-'))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
    rmSync(backups, { recursive: true })
  })
  const env = {
    BACKUP_DIR: backups,
    BACKUP_BUCKET: '',
    S3_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    S3_REGION: 'eu-central-1',
    S3_ACCESS_KEY_ID: 'key',
    S3_SECRET_ACCESS_KEY: 'of-the-store',
  }
  return { objects, backups, env, puts: () => puts }
}
