import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import proxyAddr from '@fastify/proxy-addr';
import parseForwarded from 'forwarded-parse';

/** Finds the caller's address; headers count only as far as they come from a listed proxy. */
export type AddressOf = (request: IncomingMessage) => string;

/**
 * X-Forwarded-For, or Forwarded (RFC 7239) where the nearest proxy sends that, read from the right: the first address
 * that is no listed proxy is the caller. A header that cannot be read leaves the proxy's own address.
 */
export function addressReader(trustedProxies: readonly string[]): AddressOf {
  if (trustedProxies.length === 0) return (request) => request.socket.remoteAddress ?? '';
  const trust = proxyAddr.compile([...trustedProxies]);
  return (request) => {
    const socket = request.socket.remoteAddress ?? '';
    if (!trust(socket, 0)) return socket;
    const { forwarded } = request.headers;
    const byOne = proxyAddr(request, trust);
    if (forwarded === undefined) return byOne;
    const byOther = nearestUntrusted([socket, ...hops(forwarded).toReversed()], trust);
    return request.headers['x-forwarded-for'] === undefined || byOne === byOther ? byOther : '';
  };
}

function nearestUntrusted(addresses: readonly string[], trust: (address: string, hop: number) => boolean): string {
  let nearest = addresses[0] ?? '';
  for (const [hop, address] of addresses.entries()) {
    nearest = address;
    if (!trust(address, hop)) break;
  }
  return nearest;
}

/** Addresses of `for=`, without brackets and ports, oldest first; `unknown` and obfuscated ones deny by being no address. */
function hops(header: string): string[] {
  try {
    return parseForwarded(header).map((element) => (element['for'] ?? '').replace(/^\[([^\]]+)\](?::\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1'));
  } catch {
    return [''];
  }
}

/** Whether the caller came by TLS: to this listener, or to a listed proxy that says so in X-Forwarded-Proto. */
export function tlsReader(trustedProxies: readonly string[]): (request: IncomingMessage) => boolean {
  const trust = trustedProxies.length === 0 ? undefined : proxyAddr.compile([...trustedProxies]);
  return ({ socket, headers }) => {
    if (trust?.(socket.remoteAddress ?? '', 0) === true) return headers['x-forwarded-proto'] === 'https';
    return socket instanceof TLSSocket;
  };
}
