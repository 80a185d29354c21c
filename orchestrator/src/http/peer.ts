import { BlockList, isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { sameSecret } from '../secrets/open-secrets.ts'

/** This machine itself. */
const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** Whether `/metrics` may be read: by the token's holder, or without any proxy from this machine. */
export function mayReadMetrics(request: FastifyRequest, token: string | null): boolean {
  const given = request.headers.authorization?.replace(/^Bearer /, '')
  if (token !== null && given !== undefined && sameSecret(given, token)) return true
  if (token !== null || request.headers['x-forwarded-for'] !== undefined) return false
  const address = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? ''
  return isIP(address) !== 0 && loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
