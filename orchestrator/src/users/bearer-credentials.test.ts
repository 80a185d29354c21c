import { expect, test } from 'vitest'
import { createBearerCredentials } from './bearer-credentials.ts'
import type { FoundCredential } from './found-credential.ts'

const person = { id: 'p', name: 'Ann', email: null, role: 'member' as const }

function open() {
  const world = { now: 0, asked: 0, found: null as FoundCredential | null }
  const refuse = (): never => {
    throw new Error('not asked for here')
  }
  const find = (): Promise<FoundCredential | null> => {
    world.asked += 1
    return Promise.resolve(world.found)
  }
  const bearers = createBearerCredentials({
    keys: { list: refuse, create: refuse, revoke: refuse, find, touch: () => Promise.resolve() },
    tokens: { begin: refuse, refresh: refuse, revoke: refuse, find },
    now: () => world.now,
    onError: refuse,
  })
  return { world, bearers }
}

function known(expiresAt: number | null): FoundCredential {
  return { caller: { person, means: 'key', scopes: ['chat'], credentialId: 'k' }, expiresAt }
}

test('a credential is looked up once in a while, also by many requests at once, and out within five seconds of its end', async () => {
  const { world, bearers } = open()
  world.found = known(null)
  await Promise.all(Array.from({ length: 50 }, () => bearers.find('aia_x')))
  expect(world.asked).toBe(1)
  world.found = null
  expect(await bearers.find('aia_x')).not.toBeNull()
  world.now = 4999
  expect(await bearers.find('aia_x')).toBeNull()
})

test('what was unknown is asked for again at once, and so is everything after a revocation here', async () => {
  const { world, bearers } = open()
  expect(await bearers.find('aia_x')).toBeNull()
  world.found = known(null)
  expect(await bearers.find('aia_x')).not.toBeNull()
  world.found = null
  bearers.forget()
  expect(await bearers.find('aia_x')).toBeNull()
})

test('a credential ends at its time, however lately it was looked up', async () => {
  const { world, bearers } = open()
  world.found = known(100)
  expect(await bearers.find('aia_x')).not.toBeNull()
  world.now = 100
  expect(await bearers.find('aia_x')).toBeNull()
})
