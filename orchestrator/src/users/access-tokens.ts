import { decodeProtectedHeader, errors, importJWK, jwtVerify, SignJWT } from 'jose'
import { keepOwnKey } from '../secrets/keep-own-key.ts'
import { createRing, type Ring } from '../secrets/open-secrets.ts'
import { keyIdOf } from '../secrets/seal.ts'

/** Signs and checks access tokens: JWTs (RFC 9068) of fifteen minutes, HS256 with a subkey of JWT_SECRET_KEY or the one before it. */
export interface AccessTokens {
  sign(claims: AccessClaims): Promise<string>
  /** Null for anything that is not an unchanged, unexpired token of ours. */
  verify(token: string): Promise<(AccessClaims & { expiresAt: number }) | null>
}

export interface AccessClaims {
  personId: string
  /** The family of tokens it belongs to, which may be revoked. */
  familyId: string
  scopes: readonly string[]
}

export const ACCESS_SECONDS = 15 * 60

const TYPE = 'at+jwt'
const ALGORITHM = 'HS256'
const AUDIENCE = 'ai-assistant-api'

export async function openAccessTokens(options: {
  jwtSecretKey: string | null
  previous: string | null
  dataDir: string
  issuer: string
}): Promise<AccessTokens> {
  const { issuer, previous } = options
  const current = options.jwtSecretKey ?? (await keepOwnKey(options.dataDir, 'jwt-secret-key'))
  const ring = createRing(current)
  const kid = keyIdOf(ring)
  const signingKey = await importRing(ring)
  const keys = new Map([[kid, signingKey]])
  if (previous !== null) {
    const before = createRing(previous)
    keys.set(keyIdOf(before), await importRing(before))
  }
  return {
    sign: ({ personId, familyId, scopes }) =>
      new SignJWT({ fam: familyId, scope: scopes.join(' ') })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid })
        .setSubject(personId)
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(`${ACCESS_SECONDS}s`)
        .sign(signingKey),
    verify: (token) => verify(token, keys, issuer),
  }
}

type Key = Awaited<ReturnType<typeof importJWK>>

function importRing(ring: Ring): Promise<Key> {
  return importJWK({ kty: 'oct', k: ring('access-token').export().toString('base64url'), alg: ALGORITHM })
}

/** The token's header chooses among our own keys and nothing else: not the algorithm, and no key of its own. */
async function verify(
  token: string,
  keys: ReadonlyMap<string, Key>,
  issuer: string,
): Promise<(AccessClaims & { expiresAt: number }) | null> {
  try {
    const key = keys.get(decodeProtectedHeader(token).kid ?? '')
    if (key === undefined) return null
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer,
      audience: AUDIENCE,
      requiredClaims: ['sub', 'exp', 'iat', 'fam', 'scope'],
      maxTokenAge: ACCESS_SECONDS,
    })
    const { sub, exp, fam, scope } = payload
    if (sub === undefined || exp === undefined || typeof fam !== 'string' || typeof scope !== 'string') return null
    return { personId: sub, familyId: fam, scopes: scope.split(' '), expiresAt: exp * 1000 }
  } catch (error) {
    // What is no token of ours is no fault of ours.
    if (error instanceof errors.JOSEError || error instanceof TypeError) return null
    throw error
  }
}
