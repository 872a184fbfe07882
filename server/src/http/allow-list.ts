import { BlockList, isIP } from 'node:net';
import { DomainError } from '../kernel/errors.ts';
import { readNetwork } from '../kernel/network.ts';

/** Addresses and CIDR blocks, IPv4 and IPv6. Throws `settings.allow` for what is neither. */
export function listOf(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const network = readNetwork(entry);
    if (network === undefined) throw new DomainError('invalid-definition', 'settings.allow', `${entry} 不是地址或 CIDR (not an address or CIDR block)`);
    list.addSubnet(network.address, network.bits, network.family);
  }
  return list;
}

/** IPv4 in IPv6 clothes (`::ffff:10.0.0.1`) counts as IPv4; what is no address is not allowed. */
export function isAllowedAddress(list: BlockList, address: string): boolean {
  const plain = address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
  const family = isIP(plain);
  return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}
