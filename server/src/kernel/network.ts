import { isIP } from 'node:net';

export interface Network {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  /** How many bits of the address name the network: all of them for a single address. */
  readonly bits: number;
}

/** Reads an address or a CIDR block; undefined for what is neither. */
export function readNetwork(text: string): Network | undefined {
  const [, address = '', , prefix] = /^([0-9A-Fa-f.:]+)(\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  const width = version === 4 ? 32 : 128;
  const bits = prefix === undefined ? width : Number(prefix);
  return version === 0 || bits > width ? undefined : { address, family: version === 4 ? 'ipv4' : 'ipv6', bits };
}
