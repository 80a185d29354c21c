import { BlockList, isIP } from 'node:net'

/**
 * What is not a single host on the public Internet (IANA's special-purpose registries), and what is but answers for the
 * cloud a machine runs in.
 */
const special = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  // Azure's own, which hands out what a machine may know of itself.
  ['168.63.129.16', 32],
] as const) {
  special.addSubnet(network, bits, 'ipv4')
}
// Within 2000::/3: Teredo, ORCHID and the other special ones; documentation; 6to4; segment routing.
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
] as const) {
  special.addSubnet(network, bits, 'ipv6')
}

/** The only part of IPv6 that is given out to hosts. Mapped and translated IPv4 (::ffff:0:0/96, 64:ff9b::/96) is outside. */
const given = new BlockList()
given.addSubnet('2000::', 3, 'ipv6')

/** True for the address (not a name) of one host on the public Internet, and for nothing else. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address)
  if (version === 4) return !special.check(address, 'ipv4')
  return version === 6 && !address.includes('%') && given.check(address, 'ipv6') && !special.check(address, 'ipv6')
}
