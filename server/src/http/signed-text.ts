import { createHash } from 'node:crypto';
import { badEncoding } from '../codecs/parameters.ts';

/** The algorithms that a call may be signed by, as callers name them; each digests with its own hash. */
export const signingHashes = { 'HMAC-SHA256': 'sha256', 'HMAC-SM3': 'sm3' } as const;
export type SigningAlgorithm = keyof typeof signingHashes;

export interface SignedRequest {
  readonly algorithm: SigningAlgorithm;
  readonly method: string;
  /** The request's target as it was sent: path and query. */
  readonly target: string;
  readonly keyId: string;
  readonly time: string;
  readonly nonce: string;
  /** The body's bytes as they travel, compressed or not. */
  readonly body: Buffer;
}

/**
 * What a caller signs: eight lines, without a line feed at the end. docs/guides/consumer.md tells it to callers, and
 * spec/signature.json holds examples.
 */
export function signedText({ algorithm, method, target, keyId, time, nonce, body }: SignedRequest): string {
  const [path = '', ...query] = target.split('?');
  const digest = (data: Buffer | string): string => createHash(signingHashes[algorithm]).update(data).digest('hex');
  return [`LINGQU1-${algorithm}`, method, path, keyId, time, nonce, digest(canonicalQuery(query.join('?'))), digest(body)].join('\n');
}

/**
 * The query in the one form in which it is signed: each `name=value` percent-decoded (`+` is a blank) and encoded anew
 * with only `A-Za-z0-9-._~` left bare, in ASCII order, joined by `&`. Empty pieces are left out; a name without `=` has
 * the empty value.
 */
export function canonicalQuery(raw: string): string {
  return raw
    .split('&')
    .filter((piece) => piece !== '')
    .map((piece) => {
      const at = piece.indexOf('=');
      const [name, value] = at === -1 ? [piece, ''] : [piece.slice(0, at), piece.slice(at + 1)];
      return `${encodeAnew(name)}=${encodeAnew(value)}`;
    })
    .toSorted()
    .join('&');
}

/** RFC 3986, 2.3: what JavaScript's function leaves bare beyond the unreserved characters is encoded too. */
function encodeAnew(raw: string): string {
  try {
    const text = decodeURIComponent(raw.replaceAll('+', ' '));
    return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  } catch (error) {
    throw badEncoding(error);
  }
}
