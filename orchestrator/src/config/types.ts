import { isIP } from 'node:net'
import { z } from 'zod'

export const text = z.string()

export const email = z.string().refine((value) => z.email().safeParse(value).success, 'an e-mail address')

export const yesNo = z
  .string()
  .toLowerCase()
  .refine((value) => value in words, 'true or false')
  .transform((value) => words[value] === true)

const words: Record<string, boolean> = {
  true: true,
  false: false,
  1: true,
  0: false,
  yes: true,
  no: false,
  on: true,
  off: false,
}

export const port = wholeNumber(0, 65_535)

/** `least` and `most` are both allowed. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  const upTo = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`
  return z
    .string()
    .refine((value) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most, `a whole number ${upTo}`)
    .transform(Number)
}

export function decimal(least: number, most: number) {
  return z
    .string()
    .refine(
      (value) => /^\d+(\.\d+)?$/.test(value) && Number(value) >= least && Number(value) <= most,
      `a number from ${least} to ${most}`,
    )
    .transform(Number)
}

export function oneOf<const Name extends string>(...names: Name[]) {
  const allowed = new Map<string, Name>(names.map((name) => [name, name]))
  return z
    .string()
    .toLowerCase()
    .transform((value, context) => {
      const name = allowed.get(value)
      if (name !== undefined) return name
      context.addIssue(`one of ${names.join(', ')}`)
      return z.NEVER
    })
}

/** Our names for log levels, and those of other languages. */
export const logLevel = oneOf('trace', 'debug', 'info', 'warn', 'warning', 'error', 'fatal', 'critical').transform(
  (level) => (level === 'warning' ? 'warn' : level === 'critical' ? 'fatal' : level),
)

/** An address with one of the schemes, without a trailing slash. */
export function address(...schemes: string[]) {
  const starts = schemes.map((scheme) => `${scheme}://`)
  return z
    .string()
    .refine((value) => hasScheme(value, schemes), `an address that begins with ${starts.join(' or ')}`)
    .transform((value) => value.replace(/\/+$/, ''))
}

export const webAddress = address('http', 'https')

/** An issuer's identifier (OpenID Connect): compared letter by letter, its last slash included. */
export const issuer = z
  .string()
  .refine((value) => hasScheme(value, ['http', 'https']), 'an address that begins with http:// or https://')

export const webAddresses = list(webAddress, 'addresses that begin with http:// or https://, separated by commas')

/** Scheme, host and port; a star would let every site act for the people who are signed in. */
export const origins = list(
  z
    .string()
    .refine((value) => hasScheme(value, ['http', 'https']))
    .transform((value) => new URL(value).origin),
  'origins such as https://chat.example.com, separated by commas; * is not allowed',
)

export const proxies = list(
  z.string().refine((value) => namedNetworks.has(value) || isNetwork(value)),
  'addresses or networks such as 10.0.0.0/8, or loopback, linklocal, uniquelocal, separated by commas',
)

const namedNetworks = new Set(['loopback', 'linklocal', 'uniquelocal'])

function isNetwork(value: string): boolean {
  const [ip = '', bits, ...rest] = value.split('/')
  const version = isIP(ip)
  if (version === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}

function list<T>(item: z.ZodType<T, string>, message: string) {
  return z.string().transform((value, context): T[] => {
    const parts = value.split(',').map((part) => part.trim())
    const items = parts.filter((part) => part !== '').map((part) => item.safeParse(part))
    if (items.some((result) => !result.success)) {
      context.addIssue(message)
      return z.NEVER
    }
    return items.flatMap((result) => (result.success ? [result.data] : []))
  })
}

function hasScheme(value: string, schemes: string[]): boolean {
  const url = URL.parse(value)
  return url !== null && url.host !== '' && schemes.includes(url.protocol.slice(0, -1))
}
