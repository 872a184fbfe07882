import { callbackify } from 'node:util';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { buildConnector, Pool } from 'undici';
import type { OutboundGate } from './gate.ts';
import { Pin } from './pin.ts';

export interface PoolOptions {
  /** PEM of the authorities that issued the other side's certificate, and no others; '': the system's. Or what `trusting` made. */
  readonly ca: string | SecureContext;
  readonly connections: number;
  readonly connectMs: number;
  /** Until the head of an answer has come. */
  readonly headMs: number;
  /** Between two pieces of its body. */
  readonly idleMs: number;
}

const MAX_HEAD_BYTES = 16 * 1024;
const minVersion = 'TLSv1.2';

/** The authorities of a PEM beside the system's, for who calls others of all kinds. */
export const trusting = (pem: string): SecureContext => createSecureContext({ ca: [...getCACertificates('default'), pem], minVersion });

/**
 * Connections to one origin, to the very addresses that the gate let pass. TLS is always verified; redirects are the
 * caller's to see and are not followed.
 */
export function openPool(gate: OutboundGate, origin: URL, { ca, connections, connectMs, headMs, idleMs }: PoolOptions): Pool {
  const connector = buildConnector({ timeout: connectMs, rejectUnauthorized: true, minVersion, ...(typeof ca !== 'string' ? { secureContext: ca } : ca === '' ? {} : { ca }) });
  const pin = new Pin(gate, origin.hostname, Number(origin.port || (origin.protocol === 'https:' ? 443 : 80)));
  const addressOf = callbackify(() => pin.address());
  const connect: buildConnector.connector = (options, callback) =>
    addressOf((closed, address) => {
      if (closed !== null) return callback(closed, null);
      connector({ ...options, hostname: address }, (...connected) => {
        if (connected[0] !== null) pin.failed(address);
        callback(...connected);
      });
    });
  return new Pool(origin.origin, { connect, connections, pipelining: 1, headersTimeout: headMs, bodyTimeout: idleMs, maxHeaderSize: MAX_HEAD_BYTES, allowH2: false });
}
