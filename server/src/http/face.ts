import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseJsonBody } from '../codecs/json-body.ts';
import { chooseEncoding } from '../codecs/negotiation.ts';
import { mergeParameters, type KnownNames, type Parameters } from '../codecs/parameters.ts';
import { parseForm, parseQuery, rawQueryOf } from '../codecs/query.ts';
import { readBody, requireBodyType } from '../codecs/request-body.ts';
import { DomainError, type ErrorKind } from '../kernel/errors.ts';
import { callerGone, Refusal, type Access, type Call, type Delivery, type Rendering } from '../modules/delivery/index.ts';
import { hasBody } from './proof.ts';
import { sendAnswer, type ReaderBounds } from './send.ts';

export interface FaceParts {
  readonly delivery: Delivery;
  readonly access: Access;
  /** Name of the listener that the routes stand on. */
  readonly listener: string;
  readonly readers: ReaderBounds;
}

/** Most faces have the product's code in their path. */
export type CallRequest = FastifyRequest<{ Params: { code?: string } }>;

/** What a face reads of a call beyond what all calls have. */
export type CallContent = Pick<Call, 'proof' | 'parameters' | 'page' | 'wantTotal' | 'notes'>;

/** The names of the parameters of the product in the path; a face that finds the product's code elsewhere tells it by this. */
export type NamesOf = (code?: string) => Promise<readonly string[]>;

/** What makes a profile: how it reads, how it writes, and how it refuses. The way between is the same for all. */
export interface Face {
  readonly name: string;
  readonly status: (kind: ErrorKind) => number;
  /** Throws DomainErrors for what cannot be read. */
  read(request: CallRequest, namesOf: NamesOf): Promise<CallContent>;
  /** Throws `not-acceptable`. */
  rendering(request: CallRequest): Rendering;
  refuse(request: CallRequest, reply: FastifyReply, refusal: Refusal): FastifyReply;
}

/** Answers one call of a face: every end of it is in the journal before it is sent. */
export async function answerCall(request: CallRequest, reply: FastifyReply, face: Face, parts: FaceParts): Promise<FastifyReply> {
  const { delivery } = parts;
  let call: Call = { ...frameOf(request, reply, face, parts), proof: { kind: 'none' }, parameters: {}, page: null, wantTotal: false };
  try {
    let rendering: Rendering;
    try {
      rendering = face.rendering(request);
      chooseEncoding(request.headers['accept-encoding']);
      const namesOf: NamesOf = (productCode = call.productCode) => {
        call = { ...call, productCode };
        return parts.access.parameterNames(productCode);
      };
      const content = await face.read(request, namesOf);
      call = { ...call, ...content };
    } catch (fault) {
      throw await delivery.refuse(call, face.status, fault);
    }
    return await sendAnswer(reply, await delivery.answer(call, rendering), parts.readers, call.stop);
  } catch (thrown) {
    if (thrown instanceof Refusal) return face.refuse(throwingUnread(request), reply, thrown);
    throw thrown;
  }
}

/** Records and refuses a call by what `fault` says. */
export async function refuseCall(request: CallRequest, reply: FastifyReply, face: Pick<Face, 'name' | 'status' | 'refuse'>, parts: FaceParts, fault: unknown): Promise<FastifyReply> {
  const call: Call = { ...frameOf(request, reply, face, parts), proof: { kind: 'none' }, parameters: {}, page: null, wantTotal: false };
  return face.refuse(throwingUnread(request), reply, await parts.delivery.refuse(call, face.status, fault));
}

/** What still comes of a body is thrown away: the connection ends with the answer, which a caller who sends could miss. */
function throwingUnread(request: CallRequest): CallRequest {
  if (!request.raw.complete) request.raw.resume();
  return request;
}

/** When the caller goes away before his answer is sent, the call is stopped. */
function frameOf(request: CallRequest, reply: FastifyReply, face: Pick<Face, 'name'>, parts: FaceParts): Omit<Call, keyof CallContent> {
  const stop = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) stop.abort(callerGone());
  });
  return {
    ...callFrame(request, face.name),
    arrived: request.arrived,
    stop,
    listener: parts.listener,
  };
}

/** What the journal says of any request to a face. */
export const callFrame = (request: CallRequest, face: string): Pick<Call, 'requestId' | 'traceId' | 'address' | 'face' | 'productCode'> => ({
  requestId: request.id,
  traceId: request.traceId,
  address: request.clientAddress,
  face,
  productCode: request.params.code ?? '',
});

/** A page by `pageNum` (from 1) and `pageSize`, as SEA, GOV and AGR have it; undefined values mean no paging. */
export function readPage(pageNum: string | undefined, pageSize: string | undefined): Call['page'] {
  if (pageNum === undefined && pageSize === undefined) return null;
  if (pageSize === undefined || pageSize === '') throw new DomainError('missing-parameter', 'page.size.missing', '使用 pageNum 时须同时给出 pageSize (pageNum needs pageSize)');
  const limit = wholeNumber('pageSize', pageSize);
  return { offset: (wholeNumber('pageNum', pageNum === undefined || pageNum === '' ? '1' : pageNum) - 1) * limit, limit };
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new DomainError('invalid-parameter', 'page.number', `参数 ${name} 应为正整数 (${name} must be a whole number from 1)`, { details: { parameter: name } });
}

/** The parameters that are not the face's own, harmless whatever their names. */
export function productParametersOf(parameters: Parameters, own: readonly string[]): Record<string, string> {
  const rest: Record<string, string> = Object.create(null);
  for (const [name, value] of parameters) if (!own.includes(name)) rest[name] = value;
  return rest;
}

// ---- reading ----------------------------------------------------------------------------------------------------------

const bodyBounds = { maxBytes: 64 * 1024, maxInflatedBytes: 256 * 1024 };

const form = 'application/x-www-form-urlencoded';
type BodyType = 'application/json' | typeof form;

/**
 * Parameters of the query, and of a body where there is one.
 * @param known the face's own and the product's names, by which names are read in any case
 * @param tolerant with the tolerance that decision 25 asks for SEA
 * @param bodies what a body may be
 */
export async function readParameters(request: FastifyRequest, known: KnownNames, tolerant: boolean, bodies: readonly BodyType[] = ['application/json']): Promise<Parameters> {
  const query = parseQuery(rawQueryOf(request.raw.url ?? ''), { known, tolerant });
  if (!hasBody(request)) return query;
  const type = request.headers['content-type'];
  requireBodyType(type, bodies);
  const body = await readBoundedBody(request);
  if (body.length === 0) return query;
  const given = type?.toLowerCase().startsWith(form) === true ? parseForm(body, known) : parseJsonBody(body, { maxBytes: bodyBounds.maxInflatedBytes, maxDepth: 2 }, known);
  return mergeParameters(query, given, known);
}

/** A call's body, whole and decompressed, within the bounds that all faces share. */
export async function readBoundedBody(request: FastifyRequest): Promise<Buffer> {
  const coding = request.headers['content-encoding'];
  return readBody(request.raw, bodyBounds, coding === undefined ? {} : { contentEncoding: coding }, (received) => {
    request.received = received;
  });
}
