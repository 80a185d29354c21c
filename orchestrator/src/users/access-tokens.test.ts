import { createHmac, generateKeyPairSync, hkdfSync } from 'node:crypto'
import { base64url, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { type AccessTokens, openAccessTokens } from './access-tokens.ts'

const issuer = 'https://chat.example.com'
const KEY = 'the-key-of-these-tests-which-is-long-enough'
const OLDER = 'the-key-before-it-which-is-long-enough-too'

function open(jwtSecretKey = KEY, previous: string | null = null): Promise<AccessTokens> {
  return openAccessTokens({ jwtSecretKey, previous, dataDir: '', issuer })
}

const claims = { personId: 'person', familyId: 'family', scopes: ['chat', 'read'] }

interface Parts {
  header: Record<string, unknown>
  payload: Record<string, unknown>
}

function partsOf(token: string): Parts {
  const [header = '', payload = ''] = token.split('.')
  const read = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, 'base64url').toString())
  return { header: read(header), payload: read(payload) }
}

/** Signs whatever it is given with the right key, as only a thief of the key could, or with another. */
function forge({ header, payload }: Parts, key: string | Buffer = signingKey(KEY)): string {
  const body = [header, payload].map((part) => base64url.encode(JSON.stringify(part))).join('.')
  return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`
}

/** Without one member of its header or payload. */
function without({ header, payload }: Parts, name: string): string {
  const rest = (object: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(object).filter(([key]) => key !== name))
  return forge({ header: rest(header), payload: rest(payload) })
}

function signingKey(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'ai-assistant/access-token', 32))
}

test('a token says whose it is, and for how long', async () => {
  const tokens = await open()
  const token = await tokens.sign(claims)
  expect(await tokens.verify(token)).toMatchObject(claims)
  const { header, payload } = partsOf(token)
  expect(header).toMatchObject({ alg: 'HS256', typ: 'at+jwt' })
  expect(Number(payload['exp']) - Number(payload['iat'])).toBe(900)
  // The forger of the cases below forges well: with nothing changed, its token is taken.
  expect(await tokens.verify(forge({ header, payload }))).toMatchObject(claims)
})

test('a token of the key before stays good, and one of the key before that does not', async () => {
  const before = await (await open(OLDER)).sign(claims)
  expect(await (await open(KEY, OLDER)).verify(before)).toMatchObject(claims)
  expect(await (await open(KEY)).verify(before)).toBeNull()
  const after = await (await open(KEY, OLDER)).sign(claims)
  expect(await (await open(OLDER, KEY)).verify(after)).toMatchObject(claims)
})

describe('what is no token of ours is refused', () => {
  const attacks: Record<string, (good: Parts, token: string) => string | Promise<string>> = {
    ...Object.fromEntries(
      ['none', 'None', 'NONE', 'nOnE'].map((alg) => [
        `alg ${alg}`,
        ({ header, payload }: Parts) => {
          const body = [{ ...header, alg }, payload].map((part) => base64url.encode(JSON.stringify(part))).join('.')
          return `${body}.`
        },
      ]),
    ),
    'no signature': (_, token) => `${token.split('.').slice(0, 2).join('.')}.`,
    'a changed payload': (good, token) => {
      const changed = base64url.encode(JSON.stringify({ ...good.payload, sub: 'another' }))
      return [token.split('.')[0], changed, token.split('.')[2]].join('.')
    },
    'HS384 with our key': ({ header, payload }) => forge({ header: { ...header, alg: 'HS384' }, payload }),
    'an RSA signature': ({ header, payload }) => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      return new SignJWT(payload).setProtectedHeader({ ...header, alg: 'RS256' }).sign(privateKey)
    },
    'a public key as the secret': ({ header, payload }) => {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      return forge({ header, payload }, publicKey.export({ type: 'spki', format: 'pem' }))
    },
    'a jwk of its own': ({ header, payload }) => {
      const jwk = { kty: 'oct', k: base64url.encode('thief'), alg: 'HS256' }
      return forge({ header: { ...header, jwk }, payload }, 'thief')
    },
    'a jku of its own': ({ header, payload }) =>
      forge({ header: { ...header, jku: 'https://thief.example/keys' }, payload }, 'thief'),
    'an x5u of its own': ({ header, payload }) =>
      forge({ header: { ...header, x5u: 'https://thief.example/chain' }, payload }, 'thief'),
    'a kid that is a path': ({ header, payload }) =>
      forge({ header: { ...header, kid: '../../../dev/null' }, payload }, ''),
    'a kid that is SQL': ({ header, payload }) =>
      forge({ header: { ...header, kid: "' union select 'thief" }, payload }, 'thief'),
    'a kid of nobody': ({ header, payload }) => forge({ header: { ...header, kid: '__proto__' }, payload }),
    'a kid that is no text': ({ header, payload }) => forge({ header: { ...header, kid: [header['kid']] }, payload }),
    'no kid': (good) => without(good, 'kid'),
    'the empty key': ({ header, payload }) => forge({ header, payload }, ''),
    'the secret itself, not its subkey': (good) => forge(good, KEY),
    'a critical header we do not know': ({ header, payload }) =>
      forge({ header: { ...header, crit: ['b64'], b64: false }, payload }),
    'the type of an ID token': ({ header, payload }) => forge({ header: { ...header, typ: 'JWT' }, payload }),
    'no type': (good) => without(good, 'typ'),
    'another audience': ({ header, payload }) => forge({ header, payload: { ...payload, aud: 'another-api' } }),
    'no audience': (good) => without(good, 'aud'),
    'another issuer': ({ header, payload }) =>
      forge({ header, payload: { ...payload, iss: 'https://chat.example.com.thief.example' } }),
    'no issuer': (good) => without(good, 'iss'),
    'no person': (good) => without(good, 'sub'),
    'no family': (good) => without(good, 'fam'),
    'no end': (good) => without(good, 'exp'),
    'an end that is past': ({ header, payload }) => forge({ header, payload: { ...payload, exp: 1_000_000 } }),
    'an end that is far': ({ header, payload }) =>
      forge({ header, payload: { ...payload, iat: Number(payload['iat']) - 3600, exp: 4_000_000_000 } }),
    'a beginning to come': ({ header, payload }) =>
      forge({ header, payload: { ...payload, nbf: Number(payload['iat']) + 3600 } }),
    'five parts': (_, token) => `${token}.x.y`,
    'no parts': () => 'nothing',
    nothing: () => '',
    'parts that are no JSON': () => 'YQ.YQ.YQ',
    'a header that is no object': () => `${base64url.encode('null')}.YQ.YQ`,
  }
  test.each(Object.keys(attacks))('%s', async (name) => {
    const tokens = await open()
    const good = await tokens.sign(claims)
    const forged = await attacks[name]?.(partsOf(good), good)
    expect(forged).not.toBe(good)
    expect(await tokens.verify(forged ?? good)).toBeNull()
  })
})
