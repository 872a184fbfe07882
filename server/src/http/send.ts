import { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { FastifyReply } from 'fastify';
import { codingHeaders, compress, compressor } from '../codecs/compression.ts';
import { chooseEncoding, type ContentCoding } from '../codecs/negotiation.ts';
import { DomainError } from '../kernel/errors.ts';
import type { Answer } from '../modules/delivery/index.ts';

/** Bounds on a reader of a stream (decision 34). */
export interface ReaderBounds {
  readonly idleSeconds: number;
  readonly leastBytesPerSecond: number;
}

/**
 * Hands an answer over, compressed as the caller wishes. A stream that fails or is stopped in the middle loses its
 * connection at once, so that what arrived cannot look whole; a reader who stands still or creeps is stopped.
 */
export async function sendAnswer(reply: FastifyReply, answer: Answer, bounds: ReaderBounds, stop: AbortController): Promise<FastifyReply> {
  reply.header('content-type', answer.contentType);
  const accepted = reply.request.headers['accept-encoding'];
  if (answer.kind === 'whole') {
    const { body } = answer;
    const coding = chooseEncoding(accepted, isText.test(answer.contentType) ? body.length : 0);
    return reply.headers(codingHeaders(coding)).send(coding === 'identity' ? body : await compress(coding, body));
  }
  const coding = chooseEncoding(accepted, isText.test(answer.contentType) ? undefined : 0);
  if (answer.length !== undefined && coding === 'identity') void reply.header('content-length', answer.length);
  return sendStream(reply.headers(codingHeaders(coding)), streamOf(answer.body, coding), bounds, stop);
}

/** What is worth compressing; what a source hands over as it is, an image or an archive, is mostly compressed already. */
const isText = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml)\b)/i;

function sendStream(reply: FastifyReply, body: Readable, bounds: ReaderBounds, stop: AbortController): FastifyReply {
  const cut = (): void => {
    cutConnection(reply);
    body.destroy();
  };
  body.once('error', cut);
  if (stop.signal.aborted) {
    cut();
    return reply.hijack();
  }
  stop.signal.addEventListener('abort', cut, { once: true });
  const unwatch = watchReader(reply, bounds, () => stop.abort(tooSlowReader()));
  reply.raw.once('close', () => {
    stop.signal.removeEventListener('abort', cut);
    unwatch();
  });
  return reply.send(body);
}

/**
 * By a reset where it can be: what waits in the kernel does not leave any more, and to a caller of HTTP/1.0, whose
 * answers end with the connection, it is no end like any other. TLS has its own mark of a proper end, which is not sent.
 */
function cutConnection({ request }: FastifyReply): void {
  const { socket } = request.raw;
  if (socket.destroyed) return;
  if (!(socket instanceof TLSSocket)) socket.resetAndDestroy(); // by itself it would first send what waits, and an end
  socket.destroy();
}

function streamOf(body: AsyncIterable<string | Uint8Array>, coding: ContentCoding): Readable {
  const pieces = Readable.from(body, { objectMode: true, highWaterMark: 1 });
  const coder = compressor(coding);
  if (coder === null) return pieces;
  pieces.on('error', (error) => coder.destroy(error));
  coder.on('close', () => pieces.destroy());
  return pieces.pipe(coder);
}

const PERIOD_MS = 1_000;

/**
 * Tells when a reader has waited through a whole `idleSeconds` without taking what the least rate asks of that time.
 * Only the reader is watched: while the node itself has nothing to send, no time counts against him.
 */
function watchReader(reply: FastifyReply, { idleSeconds, leastBytesPerSecond }: ReaderBounds, tooSlow: () => void): () => void {
  const { socket } = reply.request.raw;
  const taken = (): number => socket.bytesWritten - socket.writableLength;
  let since = taken();
  let waitedSeconds = 0;
  const timer = setInterval(() => {
    waitedSeconds = socket.writableNeedDrain || reply.raw.writableNeedDrain ? waitedSeconds + PERIOD_MS / 1000 : 0;
    if (waitedSeconds > 0 && waitedSeconds < idleSeconds) return;
    const now = taken();
    if (waitedSeconds > 0 && now - since < leastBytesPerSecond * waitedSeconds) tooSlow();
    since = now;
    waitedSeconds = 0;
  }, PERIOD_MS);
  return () => clearInterval(timer);
}

const tooSlowReader = (): DomainError => new DomainError('interrupted', 'client.slow', '接收过慢，传输已中止 (the caller took the answer too slowly)');
