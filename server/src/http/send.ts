import { Readable, type Transform } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { codingHeaders, compress, compressor } from '../codecs/compression.ts';
import { chooseEncoding, type ContentCoding } from '../codecs/negotiation.ts';
import type { Answer } from '../modules/delivery/index.ts';

/** Bounds on a reader of a stream (decision 34). */
export interface ReaderBounds {
  readonly idleSeconds: number;
  readonly leastBytesPerSecond: number;
}

/**
 * Hands an answer over, compressed as the caller wishes. A stream that fails in the middle destroys the connection, so
 * that what arrived cannot look whole; a reader who stands still or creeps is cut.
 */
export async function sendAnswer(reply: FastifyReply, answer: Answer, bounds: ReaderBounds): Promise<FastifyReply> {
  reply.header('content-type', answer.contentType);
  const accepted = reply.request.headers['accept-encoding'];
  if (answer.kind === 'whole') {
    const body = Buffer.from(answer.body);
    const coding = chooseEncoding(accepted, body.length);
    return reply.headers(codingHeaders(coding)).send(coding === 'identity' ? body : await compress(coding, body));
  }
  const coding = chooseEncoding(accepted);
  reply.headers(codingHeaders(coding));
  watchReader(reply, bounds);
  return reply.send(streamOf(answer.body, coding));
}

function streamOf(body: AsyncIterable<string>, coding: ContentCoding): Readable {
  const pieces = Readable.from(body, { objectMode: true, highWaterMark: 1 });
  const coder: Transform | null = compressor(coding);
  if (coder === null) return pieces;
  pieces.on('error', (error) => coder.destroy(error));
  coder.on('close', () => pieces.destroy());
  return pieces.pipe(coder);
}

const PERIOD_MS = 5_000;

/** Only the reader is watched: while the node itself has nothing to send, no time counts against him. */
function watchReader(reply: FastifyReply, { idleSeconds, leastBytesPerSecond }: ReaderBounds): void {
  const { socket } = reply.request.raw;
  let written = socket.bytesWritten - socket.writableLength;
  let waitedMs = 0;
  let takenBytes = 0;
  const timer = setInterval(() => {
    const taken = socket.bytesWritten - socket.writableLength - written;
    written += taken;
    if (!socket.writableNeedDrain && !reply.raw.writableNeedDrain) {
      waitedMs = takenBytes = 0;
      return;
    }
    waitedMs += PERIOD_MS;
    takenBytes += taken;
    if (waitedMs >= idleSeconds * 1000 && takenBytes < (leastBytesPerSecond * waitedMs) / 1000) socket.destroy();
  }, PERIOD_MS);
  reply.raw.once('close', () => clearInterval(timer));
}
