import { constants, publicEncrypt, type KeyObject } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';
import { sm2PointOf } from '../kernel/public-key.ts';

/** How a key was wrapped, as the answer says it. */
export type KeyAlgorithm = 'RSA-OAEP-256' | 'SM2';

export interface WrappedKey {
  readonly keyAlg: KeyAlgorithm;
  /** Base64. */
  readonly key: string;
}

/**
 * Wraps a key for the holder of a public key, so that what `openssl pkeyutl -decrypt` gives back is the key's own
 * characters: RSA by OAEP with SHA-256, SM2 in the ASN.1 form of GM/T 0009 (C1, C3, C2).
 */
export function wrapKey(key: string, holder: KeyObject): WrappedKey {
  const bytes = Buffer.from(key, 'latin1');
  const point = sm2PointOf(holder);
  if (point !== undefined) return { keyAlg: 'SM2', key: Buffer.from(sm2.doEncrypt(bytes, point, 1, { asn1: true }), 'hex').toString('base64') };
  return { keyAlg: 'RSA-OAEP-256', key: publicEncrypt({ key: holder, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, bytes).toString('base64') };
}
