import { createCipheriv, createHash } from 'node:crypto';
import { DateTime } from 'luxon';
import { displayZone } from '../../kernel/clock.ts';
import type { NodeKey } from '../../storage/node-key.ts';
import type { GatewayCipher } from './model.ts';

/**
 * The secret that a requester of the national gateway's convention signs with on a day of Asia/Shanghai. It is derived
 * and not kept: all replicas, which share the node key, give the same one, and none of it can be read from a database.
 */
export const dailySecret = (key: NodeKey, credentialId: string, at: Date): string =>
  key.derive(`gateway:${credentialId}:${DateTime.fromJSDate(at, { zone: displayZone }).toISODate()}`).subarray(0, 24).toString('base64url');

/** The end of the day of `at`, in milliseconds since 1970. */
export const dayEnd = (at: Date): number => DateTime.fromJSDate(at, { zone: displayZone }).endOf('day').toMillis();

/** As the convention's clients have them, letter by letter. */
const ciphers: Readonly<Record<GatewayCipher, readonly [name: string, iv: string | null]>> = {
  ecb: ['aes-128-ecb', null],
  cbc: ['aes-128-cbc', 'AESCBCPKCS5Paddi'],
};

/**
 * The secret of the day as the requester gets it: Base64 of AES-128 with PKCS#5 padding. The key is what Java's SHA1PRNG
 * makes of the appKey: the first 16 bytes of SHA1(SHA1(appKey)). The convention asks for it; what protects the secret on
 * its way is TLS.
 */
export function sealDailySecret(appKey: string, secret: string, mode: GatewayCipher): string {
  const [name, iv] = ciphers[mode];
  const cipher = createCipheriv(name, sha1(sha1(Buffer.from(appKey))).subarray(0, 16), iv);
  return Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]).toString('base64');
}

const sha1 = (bytes: Buffer): Buffer => createHash('sha1').update(bytes).digest();
