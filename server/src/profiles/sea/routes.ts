import type { FastifyInstance } from 'fastify';
import { answerCall, refuseCall, type CallRequest, type Face, type FaceParts } from '../../http/face.ts';
import { DomainError } from '../../kernel/errors.ts';
import { httpStatuses } from '../../http/statuses.ts';
import { errorBody, rendering } from './from-domain.ts';
import { readCall } from './to-domain.ts';

/** SEA's own path, exactly (decision 3). */
const path = '/szsea/api/sharing/:code';

/**
 * SEA prints no codes: an error comes with HTTP 200 and `success: false`, as its clients expect; its HTTP status stands
 * in the journal and in the header `X-Status` (decision 25).
 */
const face: Face = {
  name: 'sea',
  status: (kind) => httpStatuses[kind],
  read: readCall,
  rendering: () => rendering,
  refuse: (_request, reply, refusal) =>
    reply
      .code(200)
      .header('x-status', String(httpStatuses[refusal.error.kind]))
      .header('x-error-id', refusal.errorId)
      .send(errorBody(refusal)),
};

/** SEA table 1: relational data, GET, JSON. */
export function seaRoutes(app: FastifyInstance, parts: FaceParts): void {
  app.get(path, (request: CallRequest, reply) => answerCall(request, reply, face, parts));
  app.route({
    method: ['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'],
    url: path,
    handler: (request: CallRequest, reply) => refuseCall(request, reply.header('allow', 'GET'), face, parts, wrongMethod()),
  });
}

const wrongMethod = (): DomainError => new DomainError('method-not-allowed', 'request.method', '本接口的请求方式为 GET (this interface is called by GET)');
