import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import { constants, createDeflate, createGzip, deflate, deflateSync, gzip, gzipSync, type ZlibOptions } from 'node:zlib';
import { variesBy, type ContentCoding } from './negotiation.ts';

/** Much of what level 6 saves, for much less time: answers are text that repeats itself. */
const level = 3;

/** Each batch of rows is flushed, so that a reader sees them come; batches are large enough that this costs little. */
const streamed = { level, flush: constants.Z_SYNC_FLUSH };

const streams: Readonly<Record<ContentCoding, () => Transform | null>> = {
  gzip: () => createGzip(streamed),
  deflate: () => createDeflate(streamed),
  identity: () => null,
};

/** A small body is compressed in less time than handing it to another thread and back takes. */
const handedOver = 32 * 1024;

const gzipAll = promisify<Buffer, ZlibOptions, Buffer>(gzip);
const deflateAll = promisify<Buffer, ZlibOptions, Buffer>(deflate);
const wholes: Readonly<Record<ContentCoding, (body: Buffer) => Promise<Buffer>>> = {
  gzip: async (body) => (body.length < handedOver ? gzipSync(body, { level }) : gzipAll(body, { level })),
  deflate: async (body) => (body.length < handedOver ? deflateSync(body, { level }) : deflateAll(body, { level })),
  identity: async (body) => body,
};

/** A stream that compresses what is written to it, or null for `identity`. `deflate` is the zlib format (RFC 9110, 8.4.1.2). */
export function compressor(coding: Exclude<ContentCoding, 'identity'>): Transform;
export function compressor(coding: ContentCoding): Transform | null;
export function compressor(coding: ContentCoding): Transform | null {
  return streams[coding]();
}

/** Compresses a whole body. */
export const compress = (coding: ContentCoding, body: Buffer): Promise<Buffer> => wholes[coding](body);

/** The headers that go with a coding; Vary stands in every negotiated answer, compressed or not. */
export const codingHeaders = (coding: ContentCoding): Readonly<Record<string, string>> =>
  coding === 'identity' ? { vary: variesBy } : { vary: variesBy, 'content-encoding': coding };
