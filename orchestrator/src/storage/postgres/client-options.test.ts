import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { clientOptions } from './client-options.ts'

/** What the driver makes of the URL: null where it does not encrypt. */
function tlsOf(url: string): { checksAuthority: boolean; checksName: boolean } | null {
  const ssl: boolean | Record<string, unknown> = Reflect.get(new pg.Client(clientOptions(url)), 'ssl')
  if (ssl === false) return null
  const options: Record<string, unknown> = ssl === true ? {} : ssl
  const checksAuthority = options['rejectUnauthorized'] !== false
  return { checksAuthority, checksName: checksAuthority && options['checkServerIdentity'] === undefined }
}

test.each([
  ['', null],
  ['?sslmode=disable', null],
  ['?sslmode=require', { checksAuthority: false, checksName: false }],
  ['?x=1&sslmode=require&y=2', { checksAuthority: false, checksName: false }],
  [`?sslmode=require&sslrootcert=${import.meta.filename}`, { checksAuthority: true, checksName: false }],
  [`?sslmode=verify-ca&sslrootcert=${import.meta.filename}`, { checksAuthority: true, checksName: false }],
  ['?sslmode=verify-ca', { checksAuthority: true, checksName: true }],
  ['?sslmode=verify-full', { checksAuthority: true, checksName: true }],
  ['?sslmode=require&uselibpqcompat=false', { checksAuthority: true, checksName: true }],
])('the URL’s TLS means what PostgreSQL documents: %s', (query, expected) => {
  vi.stubEnv('PGSSLMODE', undefined)
  expect(tlsOf(`postgres://user:secret@db.example.org:5433/name${query}`)).toEqual(expected)
})

test('the rest of the URL reaches the driver as it is', () => {
  const client = new pg.Client(clientOptions('postgres://user:p%40ss@db.example.org:5433/name?sslmode=require'))
  expect([client.user, client.password, client.host, client.port, client.database]).toEqual([
    'user',
    'p@ss',
    'db.example.org',
    5433,
    'name',
  ])
})
