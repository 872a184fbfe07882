import type { FastifyInstance, FastifyReply } from 'fastify';
import { rawQueryOf } from '../../codecs/query.ts';
import { soapVersionOf } from '../../codecs/soap.ts';
import { answerCall, readBoundedBody, refuseCall, type CallRequest, type Face, type FaceParts } from '../../http/face.ts';
import { hasBody, proofOf } from '../../http/proof.ts';
import { systemClock } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Refusal } from '../../modules/delivery/index.ts';
import { httpStatuses } from '../../http/statuses.ts';
import type { Product } from '../../modules/products/index.ts';
import { errorAnswer, formatOf, mediaTypes, renderingFor } from './from-domain.ts';
import { openApiOf } from './openapi.ts';
import { faultAnswer, soapRendering } from './soap-from-domain.ts';
import { readSoapCall, versionOf } from './soap-to-domain.ts';
import { wsdlContentType, wsdlOf } from './soap-wsdl.ts';
import { keysIn, readCall } from './to-domain.ts';

/** Decision 30. */
const path = '/gov/v1/:code';

const face: Face = {
  name: 'gov',
  status: (kind) => httpStatuses[kind],
  read: readCall,
  rendering: (request) => renderingFor(request.headers.accept),
  refuse(request, reply, refusal) {
    const { type, body } = errorAnswer(refusal, errorFormat(request.headers.accept));
    return withRefusal(reply, refusal).code(httpStatuses[refusal.error.kind]).type(type).send(body);
  },
};

/** SOAP has HTTP statuses of its own: what REST would say stands in the header `X-Status`, and in the journal. */
const soapFace: Face = {
  name: 'gov-soap',
  status: (kind) => httpStatuses[kind],
  read: readSoapCall,
  rendering: (request) => soapRendering(versionOf(request), codeOf(request)),
  refuse(request, reply, refusal) {
    const { status, type, body } = faultAnswer(refusal, versionOf(request), codeOf(request));
    return withRefusal(reply, refusal).code(status).header('x-status', String(httpStatuses[refusal.error.kind])).type(type).send(body);
  },
};

/** What a refusal says in headers, whatever the face. */
function withRefusal(reply: FastifyReply, { error, errorId }: Refusal): FastifyReply {
  const { retryAfterSeconds } = error.details;
  if (typeof retryAfterSeconds === 'number') void reply.header('retry-after', String(retryAfterSeconds));
  return reply.header('x-error-id', errorId);
}

export interface GovParts extends FaceParts {
  /** Where callers find the listener. */
  readonly baseUrl: () => string;
}

/**
 * GOV-type: each product as REST, in JSON, XML and CSV by Accept, and as a Web Service, in SOAP 1.1 and 1.2 by the type
 * of what is posted; with the OpenAPI document of the one and the WSDL of the other.
 */
export function govRoutes(app: FastifyInstance, parts: GovParts): void {
  app.get(path, (request: CallRequest, reply) => (asksForWsdl(request) ? describe(request, reply.type(wsdlContentType), parts, wsdlOf) : answerCall(request, reply, face, parts)));
  app.post(path, (request: CallRequest, reply) => answerCall(request, reply, isSoap(request) ? soapFace : face, parts));
  app.route({
    method: ['PUT', 'PATCH', 'DELETE', 'HEAD'],
    url: path,
    handler: (request: CallRequest, reply) => refuseCall(request, reply.header('allow', 'GET, POST'), face, parts, wrongMethod()),
  });
  app.get(`${path}/openapi.json`, (request: CallRequest, reply) => describe(request, reply, parts, openApiOf));
}

/** Answers with a description of the product, where the caller may see that the product exists and it has one. */
async function describe(request: CallRequest, reply: FastifyReply, parts: GovParts, write: (product: Product, baseUrl: string) => string | object | undefined): Promise<FastifyReply> {
  if (hasBody(request)) await readBoundedBody(request); // a signature covers it
  const product = await parts.access.visibleProduct(codeOf(request), parts.listener, proofOf(request, codeOf(request), { appkeys: keysIn(request) }), systemClock.now());
  const description = product && write(product, parts.baseUrl());
  if (description === undefined) return reply.code(404).type('application/json; charset=utf-8').send({ success: false, msg: '没有可用的服务接口 (no such service interface here)', data: [] });
  return reply.send(description);
}

const codeOf = (request: CallRequest): string => request.params.code ?? '';
const isSoap = (request: CallRequest): boolean => soapVersionOf(request.headers['content-type']) !== undefined;

/** `?wsdl` in any case, as tools ask for it; with a value it is a parameter like any other. */
const asksForWsdl = (request: CallRequest): boolean =>
  rawQueryOf(request.raw.url ?? '')
    .split('&')
    .some((piece) => /^wsdl=?$/i.test(piece));

/** An Accept that none of the formats fits is itself the error: it is told in JSON. */
function errorFormat(accept: string | undefined): (typeof mediaTypes)[number] {
  try {
    return formatOf(accept);
  } catch {
    return mediaTypes[0];
  }
}

const wrongMethod = (): DomainError => new DomainError('method-not-allowed', 'request.method', '本接口的请求方式为 GET、POST (this interface is called by GET or POST)');
