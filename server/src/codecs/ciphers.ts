import { createCipheriv, randomBytes, type Cipheriv } from 'node:crypto';
import type { AgrSettings } from '../modules/products/index.ts';

export type CipherName = Exclude<AgrSettings['cipher'], 'none'>;

/** A key as AGR annex B prints one: 32 hexadecimal digits, made anew for each answer (note 3). */
export const newKey = (): string => randomBytes(16).toString('hex');

/** AGR names no initial values; these are the ones in use (decision 9). With a fresh key for each answer they may be fixed. */
const iv8 = '12345678';
const iv16 = '1234567812345678';

/**
 * What each cipher makes of the 32 characters (decision 9), all in CBC with PKCS#7. DES takes the first eight of them as
 * they stand; OpenSSL 3 keeps single DES locked away, and triple DES with one key thrice is the same.
 */
const ciphers: Readonly<Record<CipherName, (key: string) => Cipheriv>> = {
  SM4: (key) => createCipheriv('sm4-cbc', Buffer.from(key, 'hex'), iv16),
  AES: (key) => createCipheriv('aes-256-cbc', Buffer.from(key, 'latin1'), iv16),
  DES: (key) => createCipheriv('des-ede3-cbc', Buffer.from(key.slice(0, 8).repeat(3), 'latin1'), iv8),
};

/** OpenSSL's cipher under a key that `newKey` made. */
export const cipherOf = (name: CipherName, key: string): Cipheriv => ciphers[name](key);
