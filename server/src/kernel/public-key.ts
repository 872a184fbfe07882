import { createPublicKey, type KeyObject } from 'node:crypto';

/** SubjectPublicKeyInfo of an SM2 key (GM/T 0006: curve 1.2.156.10197.1.301) up to its uncompressed point. */
const sm2Head = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d034200', 'hex');

/** The point of an SM2 key in hexadecimal, for libraries that take it so; undefined for any other key. Node has no name for SM2 keys. */
export function sm2PointOf(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType === 'rsa') return undefined;
  const der = key.export({ type: 'spki', format: 'der' });
  return der.subarray(0, sm2Head.length).equals(sm2Head) ? der.toString('hex', sm2Head.length) : undefined;
}

const leastRsaBits = 2048;
const mostRsaBits = 8192;

/** A key in PEM to which something may be encrypted: RSA of 2048 to 8192 bits, or SM2; undefined for whatever else. */
export function encryptionKey(pem: string): KeyObject | undefined {
  const key = readKey(pem);
  if (key === undefined) return undefined;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  const isRsa = key.asymmetricKeyType === 'rsa' && bits >= leastRsaBits && bits <= mostRsaBits;
  return isRsa || sm2PointOf(key) !== undefined ? key : undefined;
}

/** Never a private key, of which a public one could be made too. */
function readKey(pem: string): KeyObject | undefined {
  if (!/^-----BEGIN PUBLIC KEY-----\s[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/.test(pem.trim())) return undefined;
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}
