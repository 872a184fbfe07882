import type { FastifyInstance } from 'fastify';
import { answerCall, refuseCall, type CallRequest, type Face, type FaceParts } from '../../http/face.ts';
import { systemClock } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import { httpStatuses } from '../../http/statuses.ts';
import { errorAnswer, formatOf, mediaTypes, renderings } from './from-domain.ts';
import { openApiOf } from './openapi.ts';
import { readCall } from './to-domain.ts';

/** Decision 30. */
const path = '/gov/v1/:code';

const face: Face = {
  name: 'gov',
  status: (kind) => httpStatuses[kind],
  read: readCall,
  rendering: (request) => renderings[formatOf(request.headers.accept)],
  refuse(request, reply, refusal) {
    const { type, body } = errorAnswer(refusal, errorFormat(request.headers.accept));
    const { retryAfterSeconds } = refusal.error.details;
    if (typeof retryAfterSeconds === 'number') void reply.header('retry-after', String(retryAfterSeconds));
    return reply.code(httpStatuses[refusal.error.kind]).header('x-error-id', refusal.errorId).type(type).send(body);
  },
};

/** GOV's REST face in JSON, XML and CSV by Accept, and each product's OpenAPI document. */
export function govRoutes(app: FastifyInstance, parts: FaceParts & { readonly baseUrl: () => string }): void {
  app.get(path, (request: CallRequest, reply) => answerCall(request, reply, face, parts));
  app.post(path, (request: CallRequest, reply) => answerCall(request, reply, face, parts));
  app.route({
    method: ['PUT', 'PATCH', 'DELETE', 'HEAD'],
    url: path,
    handler: (request: CallRequest, reply) => refuseCall(request, reply.header('allow', 'GET, POST'), face, parts, wrongMethod()),
  });
  app.get(`${path}/openapi.json`, async (request: CallRequest, reply) => {
    const product = await parts.access.visibleProduct(request.params.code ?? '', parts.listener, bearerOf(request), systemClock.now());
    if (product === undefined) return reply.code(404).send({ success: false, msg: '没有可用的服务接口 (no such service interface here)', data: [] });
    return openApiOf(product, parts.baseUrl());
  });
}

/** An Accept that none of the formats fits is itself the error: it is told in JSON. */
function errorFormat(accept: string | undefined): (typeof mediaTypes)[number] {
  try {
    return formatOf(accept);
  } catch {
    return mediaTypes[0];
  }
}

const bearerOf = (request: CallRequest): string | undefined => /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];

const wrongMethod = (): DomainError => new DomainError('method-not-allowed', 'request.method', '本接口的请求方式为 GET、POST (this interface is called by GET or POST)');
