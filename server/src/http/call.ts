import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Call } from '../modules/delivery/index.ts';

/** What every profile's call has in common, taken from the request. */
export type CallFrame = Pick<Call, 'requestId' | 'traceId' | 'address' | 'arrived' | 'stop'>;

/** Begins a call: when the caller goes away before his answer is sent, the call is stopped. */
export function frameOf(request: FastifyRequest, reply: FastifyReply): CallFrame {
  const stop = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) stop.abort();
  });
  return { requestId: request.id, traceId: request.traceId, address: request.clientAddress, arrived: request.arrived, stop };
}
