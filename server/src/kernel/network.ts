import ipaddr from 'ipaddr.js';

export interface Network {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  /** How many bits of the address name the network: all of them for a single address. */
  readonly bits: number;
}

/** Reads an address or a CIDR block; undefined for what is neither. */
export function readNetwork(text: string): Network | undefined {
  const [, address = '', , prefix] = /^([0-9A-Fa-f.:]+)(\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = ipaddr.IPv4.isValidFourPartDecimal(address) ? 'ipv4' : ipaddr.IPv6.isValid(address) ? 'ipv6' : undefined;
  const width = family === 'ipv4' ? 32 : 128;
  const bits = prefix === undefined ? width : Number(prefix);
  return family === undefined || bits > width ? undefined : { address, family, bits };
}
