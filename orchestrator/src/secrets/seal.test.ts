import { expect, test } from 'vitest'
import { openSecrets, type Secrets } from './open-secrets.ts'

const open = (secretKey: string, previous: string | null = null): Promise<Secrets> =>
  openSecrets({ secretKey, previous, dataDir: '' })

const value = Buffer.from('a credential')

test('what is sealed is opened for its own row, and never the same twice', async () => {
  const secrets = await open('one')
  const sealed = secrets.seal('api-key', 'row', value)
  expect(secrets.open('api-key', 'row', sealed)).toEqual(value)
  expect(secrets.seal('api-key', 'row', value)).not.toBe(sealed)
  expect(sealed).not.toContain(value.toString('base64url').slice(0, 8))
  expect(() => secrets.open('api-key', 'another', sealed)).toThrow(/another row/)
})

test('a single changed character is noticed', async () => {
  const secrets = await open('one')
  const sealed = secrets.seal('api-key', 'row', value)
  for (let at = sealed.lastIndexOf('.') + 1; at < sealed.length - 1; at++) {
    const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
    expect(() => secrets.open('api-key', 'row', changed)).toThrow('It was changed')
  }
  for (const wrong of ['', 'v1', 'v1..', 'v2.x.y', sealed.slice(0, 20)]) {
    expect(() => secrets.open('api-key', 'row', wrong)).toThrow('It was sealed with a key')
  }
})

test('another key opens what the one before sealed, and says that it is not its own', async () => {
  const sealed = (await open('one')).seal('api-key', 'row', value)
  const next = await open('two', 'one')
  expect(next.open('api-key', 'row', sealed)).toEqual(value)
  expect(next.isCurrent(sealed)).toBe(false)
  expect(next.isCurrent(next.seal('api-key', 'row', value))).toBe(true)
  const stranger = await open('two')
  expect(() => stranger.open('api-key', 'row', sealed)).toThrow(/SECRET_KEY_PREVIOUS/)
})
