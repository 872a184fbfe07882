import { hash, timingSafeEqual } from 'node:crypto';

/**
 * What is stored of a bearer key (appkey, session key, API token): SHA-256 in hex. No salt and no slowness, since the
 * keys carry 128 random bits or more and cannot be guessed from their hash.
 */
export const hashKey = (text: string): string => hash('sha256', text);

/** Compares two hashes of one kind without telling by the time where they differ. */
export const sameHash = (a: string, b: string): boolean => {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
};

export const hintOf = (key: string): string => key.slice(-4);
