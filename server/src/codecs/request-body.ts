import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw, type InputType, type ZlibOptions } from 'node:zlib';
import { DomainError } from '../kernel/errors.ts';

export interface BodyBounds {
  /** Most bytes read from the caller. */
  readonly maxBytes: number;
  /** Most bytes that they may inflate to. */
  readonly maxInflatedBytes: number;
}

export interface BodyHeaders {
  readonly contentEncoding?: string | undefined;
  readonly contentLength?: string | undefined;
}

/**
 * Reads a body whole within its bounds. A body over them is not read to its end and the stream is left paused, so that
 * the answer can still be sent; it should close the connection.
 *
 * @param onReceived is given the bytes as they came, before they are decompressed
 * @throws DomainError `too-large` (also for a decompression bomb), `unsupported-media-type` (another coding than gzip
 * or deflate), `malformed-request` (broken compression, or the caller went away)
 */
export async function readBody(stream: Readable, bounds: BodyBounds, headers: BodyHeaders = {}, onReceived: (received: Buffer) => void = () => {}): Promise<Buffer> {
  const decompress = decompressorFor(headers.contentEncoding);
  if (Number(headers.contentLength ?? 0) > bounds.maxBytes) throw bodyTooLarge(bounds.maxBytes);
  const body = await collect(stream, bounds.maxBytes);
  onReceived(body);
  if (decompress === null || body.length === 0) return body;
  try {
    return await decompress(body, { maxOutputLength: bounds.maxInflatedBytes });
  } catch (error) {
    if (isNodeError(error) && error.code === 'ERR_BUFFER_TOO_LARGE') throw bodyTooLarge(bounds.maxInflatedBytes);
    throw new DomainError('malformed-request', 'request.body.compression', '请求体的压缩数据已损坏 (the compressed body is broken)', { cause: error });
  }
}

/**
 * Refuses a body of a type that the face does not read: XML above all, whose entities are a danger of their own and
 * which no face of ours parses without need. A missing type is left to the parser of the first allowed type.
 *
 * @param contentType the header as it came
 * @param allowed media types in lower case, without parameters
 * @throws DomainError `unsupported-media-type` with the allowed types
 */
export function requireBodyType(contentType: string | undefined, allowed: readonly string[]): void {
  if (contentType === undefined) return;
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const isUtf8 = parameters.every((parameter) => !parameter.startsWith('charset') || /^charset\s*=\s*"?utf-?8"?$/.test(parameter));
  if (allowed.includes(type) && isUtf8) return;
  throw new DomainError(
    'unsupported-media-type',
    'request.media-type',
    `不支持的请求体类型：请使用 UTF-8 编码的 ${allowed.join('、')} (the body's type is not read here: send ${allowed.join(', ')} in UTF-8)`,
    { details: { allowed } },
  );
}

type Decompress = (body: Buffer, options: ZlibOptions) => Promise<Buffer>;

const gunzipAll = promisify<InputType, ZlibOptions, Buffer>(gunzip);
const inflateAll = promisify<InputType, ZlibOptions, Buffer>(inflate);
const inflateRawAll = promisify<InputType, ZlibOptions, Buffer>(inflateRaw);

/** RFC 9110, 8.4.1.2 notes that some send deflate without the zlib wrapper: told by the wrapper's header (RFC 1950, 2.2). */
const inflateEither: Decompress = (body, options) => (body.length > 1 && (body[0] ?? 0) % 16 === 8 && body.readUInt16BE(0) % 31 === 0 ? inflateAll(body, options) : inflateRawAll(body, options));

function decompressorFor(contentEncoding: string | undefined): Decompress | null {
  switch (contentEncoding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return gunzipAll;
    case 'deflate':
      return inflateEither;
    default:
      throw new DomainError('unsupported-media-type', 'request.body.encoding', '不支持的请求体压缩方式：请使用 gzip 或 deflate，且只压缩一次 (the body\'s Content-Encoding is not read here: use gzip or deflate, once)', {
        details: { allowed: ['gzip', 'deflate'] },
      });
  }
}

/** Not by `for await`: leaving such a loop would destroy the stream, and with it the socket of the answer. */
async function collect(stream: Readable, maxBytes: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let length = 0;
  const onData = (chunk: Buffer): void => {
    length += chunk.length;
    if (length <= maxBytes) {
      chunks.push(chunk);
      return;
    }
    stream.off('data', onData);
    stream.pause();
    reject(bodyTooLarge(maxBytes));
  };
  stream.on('data', onData);
  stream.once('end', () => resolve(Buffer.concat(chunks, length)));
  stream.once('error', (error) => reject(interrupted(error)));
  stream.once('close', () => reject(interrupted()));
  return await promise;
}

export const bodyTooLarge = (limit: number): DomainError =>
  new DomainError('too-large', 'request.body.too-large', `请求体超出上限 ${limit} 字节 (the body is over its bound in bytes)`, { details: { limit } });

const interrupted = (cause?: unknown): DomainError =>
  new DomainError('malformed-request', 'request.body.interrupted', '请求体未传完 (the body broke off)', { cause });

const isNodeError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error;
