import { expect, test } from 'vitest'
import { createPasswordHasher } from './password-hash.ts'

test('a hash says how it was made, is never the same twice, and knows its password again', async () => {
  const hasher = createPasswordHasher()
  const [one, two] = await Promise.all([hasher.hash('grünkohl tapete'), hasher.hash('grünkohl tapete')])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$/)
  expect(two).not.toBe(one)
  expect(await hasher.verify('grünkohl tapete', one)).toBe(true)
  expect(await hasher.verify('gru\u0308nkohl tapete', one)).toBe(true)
  expect(await hasher.verify('grünkohl tapetE', one)).toBe(false)
  expect(await hasher.verify('', one)).toBe(false)
})

test('a hash that another program made with other costs is read as well', async () => {
  // Made with the reference implementation: argon2id, 64 KiB, two passes, one lane.
  const hasher = createPasswordHasher()
  const { argon2Sync } = await import('node:crypto')
  const salt = Buffer.from('somesalt')
  const tag = argon2Sync('argon2id', {
    message: 'password',
    nonce: salt,
    parallelism: 1,
    tagLength: 32,
    memory: 64,
    passes: 2,
  })
  const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  const hash = `$argon2id$v=19$m=64,t=2,p=1$${base64(salt)}$${base64(tag)}`
  expect(await hasher.verify('password', hash)).toBe(true)
  expect(await hasher.verify('passworD', hash)).toBe(false)
})

test('where there is no hash, nothing is right, whatever is written', async () => {
  const hasher = createPasswordHasher()
  expect(await hasher.verify('', null)).toBe(false)
  expect(await hasher.verify('correct horse battery', null)).toBe(false)
})

test('so many are made at once and wait; whoever comes later is asked to come again', async () => {
  const hasher = createPasswordHasher(1, 2)
  const tries = await Promise.allSettled(Array.from({ length: 5 }, () => hasher.hash('correct horse battery')))
  expect(tries.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(3)
  const refused = tries.find((attempt) => attempt.status === 'rejected')
  expect(refused?.reason).toMatchObject({ code: 'unavailable', context: { retryAfterSeconds: 5 } })
  expect(await hasher.hash('correct horse battery')).toContain('argon2id')
})
