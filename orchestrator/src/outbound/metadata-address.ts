import { BlockList, isIP, isIPv6 } from 'node:net'

/**
 * Where clouds hand out a machine's credentials to whoever asks. No request of ours has business there, not even one to an
 * origin the operator wrote down. Link-local as a whole (RFC 3927, RFC 4291 §2.5.6), and the providers' addresses outside it.
 */
const forbidden = new BlockList()
forbidden.addSubnet('169.254.0.0', 16, 'ipv4')
forbidden.addAddress('100.100.100.200', 'ipv4')
forbidden.addSubnet('fe80::', 10, 'ipv6')
forbidden.addAddress('fd00:ec2::254', 'ipv6')
forbidden.addAddress('fd20:ce::254', 'ipv6')
// The same IPv4 range behind NAT64 (RFC 6052), which a block list of IPv4 subnets does not see.
forbidden.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6')

/** True for an address (not a name) that must never be called. */
export function isMetadataAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  if (isIP(bare) === 0) return false
  return forbidden.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4')
}
