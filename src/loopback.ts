import { BlockList, isIP } from 'node:net'

const addresses = new BlockList()
addresses.addSubnet('127.0.0.0', 8, 'ipv4')
addresses.addAddress('::1', 'ipv6')

/** Whether only this machine can reach the host: 127.0.0.0/8 (RFC 1122), ::1 (RFC 4291), `localhost` (RFC 6761). */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  const version = isIP(bare)
  return version === 0 ? bare.toLowerCase() === 'localhost' : addresses.check(bare, version === 6 ? 'ipv6' : 'ipv4')
}
