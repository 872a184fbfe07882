import { createHash, createHmac, randomBytes } from 'node:crypto';

const hashes = { 'HMAC-SHA256': 'sha256', 'HMAC-SM3': 'sm3' } as const;
export type SigningAlgorithm = keyof typeof hashes;

/** A credential of the kind `signature`, as it was issued. */
export interface SigningKey {
  readonly keyId: string;
  readonly secret: string;
}

export interface CallToSign {
  /** GET where absent. */
  readonly method?: string;
  /** As the call is sent, query included. */
  readonly url: string | URL;
  /** The body's bytes as they travel; a text is sent in UTF-8. */
  readonly body?: string | Uint8Array;
  /** HMAC-SHA256 where absent. */
  readonly algorithm?: SigningAlgorithm;
}

export interface SignedHeaders {
  readonly 'x-lq-key-id': string;
  readonly 'x-lq-time': string;
  readonly 'x-lq-nonce': string;
  readonly 'x-lq-signature': string;
  readonly 'x-lq-alg': SigningAlgorithm;
}

/**
 * The headers by which a data face knows who calls: they are good once, and for ten minutes. The text that is signed is
 * told in docs/guides/consumer.md.
 */
export function signCall(key: SigningKey, call: CallToSign, at: number = Date.now(), nonce: string = randomBytes(16).toString('hex')): SignedHeaders {
  const { method = 'GET', url, body = '', algorithm = 'HMAC-SHA256' } = call;
  const { pathname, search } = new URL(url);
  const hash = hashes[algorithm];
  const digest = (data: string | Uint8Array): string => createHash(hash).update(data).digest('hex');
  const text = [`LINGQU1-${algorithm}`, method.toUpperCase(), pathname, key.keyId, at, nonce, digest(oneForm(search)), digest(body)].join('\n');
  const signature = createHmac(hash, key.secret).update(text).digest('base64');
  return { 'x-lq-key-id': key.keyId, 'x-lq-time': String(at), 'x-lq-nonce': nonce, 'x-lq-signature': signature, 'x-lq-alg': algorithm };
}

/** The query decoded, encoded anew as RFC 3986, 2.3 has it, and in order. */
const oneForm = (search: string): string =>
  [...new URLSearchParams(search)]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .toSorted()
    .join('&');

const encoded = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
