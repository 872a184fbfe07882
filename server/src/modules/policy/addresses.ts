import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export interface Network {
  readonly base: Address;
  readonly bits: number;
}

const mappedForm = /^::ffff:(\d+\.[\d.]+)$/i;
const prefixForm = /^(0|[1-9]\d{0,2})$/;
/** `::ffff:a.b.c.d` carries an IPv4 address in its last 32 bits (RFC 4291, 2.5.5.2). */
const mappedBits = 96;

/** Reads an address as the listener gives it; IPv4-mapped IPv6 becomes IPv4. Null when it is not one. */
export function parseAddress(text: string): Address | null {
  // so a dual-stack socket names every caller of IPv4: twenty times cheaper read by its end
  const mapped = mappedForm.exec(text)?.[1];
  const address = parse(mapped ?? text);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

export const isAddress = (text: string): boolean => parseAddress(text) !== null;

/** Reads one line of an allow list. A string in the answer says what is wrong with it. */
export function parseNetwork(text: string): Network | string {
  const slash = text.indexOf('/');
  const written = parse(slash === -1 ? text : text.slice(0, slash));
  if (written === null) return '不是 IPv4、IPv6 地址或网段 (neither an address nor a network)';
  const width = written instanceof ipaddr.IPv4 ? 32 : 128;
  const prefix = slash === -1 ? String(width) : text.slice(slash + 1);
  const bits = prefixForm.test(prefix) ? Number(prefix) : Number.NaN;
  if (!(bits <= width)) return `前缀长度应为 0 至 ${width} (the prefix length is 0 to ${width})`;
  if (hasHostBits(written, bits)) return '网段的主机位须为零 (a network has no host bits)';
  if (!(written instanceof ipaddr.IPv6) || !written.isIPv4MappedAddress()) return { base: written, bits };
  // a prefix of fewer bits would leave host bits in ::ffff
  return { base: written.toIPv4Address(), bits: bits - mappedBits };
}

/** Whether one of the networks holds the address; one of the other family never does. */
export function isAllowed(networks: readonly Network[], address: Address): boolean {
  for (const { base, bits } of networks) {
    if (base.kind() === address.kind() && address.match(base, bits)) return true;
  }
  return false;
}

/** Only the usual spellings: `127.1`, `0x7f.1` and octal digits are read differently by different programs. */
function parse(text: string): Address | null {
  if (!text.includes(':')) return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : null;
  try {
    return ipaddr.IPv6.parse(text);
  } catch {
    return null; // not an address; asking first would parse it twice
  }
}

function hasHostBits(address: Address, bits: number): boolean {
  return address.toByteArray().some((byte, index) => {
    const kept = Math.min(8, Math.max(0, bits - index * 8));
    return (byte & (0xff >> kept)) !== 0;
  });
}
