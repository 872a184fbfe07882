import { randomBytes, randomFillSync, randomUUID } from 'node:crypto';

/** A new identifier: UUID version 4, as text. */
export const newId = (): string => randomUUID();

const pool = Buffer.alloc(4096);
let taken = pool.length;

/** 128 random bits as 32 hexadecimal digits, to tell things apart and not to keep them secret: bits are drawn ahead. */
export function newHex(): string {
  if (taken === pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  taken += 16;
  return pool.toString('hex', taken - 16, taken);
}

/** 128 random bits or more as URL-safe text: bearer keys, session keys, one-time passwords. */
export const newSecret = (bytes = 24): string => randomBytes(bytes).toString('base64url');

const sane = /^[A-Za-z0-9._:-]{8,64}$/;

/** A caller's own X-Request-Id where it is sane (8 to 64 of `A-Za-z0-9._:-`), else a new one. */
export const requestId = (offered: string | undefined): string =>
  offered !== undefined && sane.test(offered) ? offered : randomUUID();

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Whether a text has the form of an identifier of ours; the database refuses others with an error of its own. */
export const isId = (text: string): boolean => uuid.test(text);
