import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../kernel/errors.ts';

/** Sends a thing with its version as ETag. */
export function withVersion<T extends { readonly version: number }>(reply: FastifyReply, thing: T): T {
  void reply.header('etag', `"${thing.version}"`);
  return thing;
}

/** The version that the caller has read, from If-Match; throws `version.required` when it is not given. */
export function expectedVersion(request: FastifyRequest): number {
  const header = request.headers['if-match'];
  const version = /^"(\d{1,9})"$/.exec(header ?? '')?.[1];
  if (version !== undefined) return Number(version);
  throw new DomainError('precondition-required', 'version.required', '修改须带 If-Match 与读取时的 ETag (send If-Match with the ETag that was read)');
}
