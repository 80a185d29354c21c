import { isIPv4, isIPv6 } from 'node:net'

/**
 * What an address counts as. A household or a server is given a whole /64 of IPv6 and may call from any address in it, so
 * all of them count as one; an IPv4 address counts the same in either notation.
 */
export function addressKey(address: string): string {
  const bare = address.replace(/%.*$/, '')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare
  if (isIPv4(mapped) || !isIPv6(mapped)) return mapped
  const [head = '', tail = ''] = mapped.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  // Eight groups of sixteen bits; a dotted end stands for two.
  const missing = 8 - left.length - right.length - (mapped.includes('.') ? 1 : 0)
  const groups = mapped.includes('::') ? [...left, ...Array<string>(missing).fill('0'), ...right] : left
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
