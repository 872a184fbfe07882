import type { FastifyInstance } from 'fastify';
import { answerCall, refuseCall, type CallRequest, type Face, type FaceParts } from '../../http/face.ts';
import { httpStatuses } from '../../http/statuses.ts';
import { DomainError } from '../../kernel/errors.ts';
import { errorBody, renderingOf } from './from-domain.ts';
import { readCall } from './to-domain.ts';

/** Annex B's own path, exactly (decision 3). */
const path = '/gxjh/servicePublis/interface/data';

/** Annex B prints its envelope and no HTTP status: errors come with 200, as in SEA's face, the status in `X-Status`. */
const face: Face = {
  name: 'agr',
  status: (kind) => httpStatuses[kind],
  read: readCall,
  rendering: (request) => renderingOf(request.overTls),
  refuse: (_request, reply, refusal) =>
    reply
      .code(200)
      .header('x-status', String(httpStatuses[refusal.error.kind]))
      .header('x-error-id', refusal.errorId)
      .type('application/json; charset=utf-8')
      .send(errorBody(refusal)),
};

/** AGR annex B: one address for every interface, by GET and POST. */
export function agrRoutes(app: FastifyInstance, parts: FaceParts): void {
  app.route({ method: ['GET', 'POST'], url: path, handler: (request: CallRequest, reply) => answerCall(request, reply, face, parts) });
  app.route({
    method: ['PUT', 'PATCH', 'DELETE', 'HEAD'],
    url: path,
    handler: (request: CallRequest, reply) => refuseCall(request, reply.header('allow', 'GET, POST'), face, parts, wrongMethod()),
  });
}

const wrongMethod = (): DomainError => new DomainError('method-not-allowed', 'request.method', '本接口的请求方式为 GET、POST (this interface is called by GET or POST)');
