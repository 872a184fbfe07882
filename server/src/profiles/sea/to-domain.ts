import type { FastifyRequest } from 'fastify';
import { parseJsonBody } from '../../codecs/json-body.ts';
import { knownNames, mergeParameters, type Parameters } from '../../codecs/parameters.ts';
import { parseQuery, rawQueryOf } from '../../codecs/query.ts';
import { readBody, requireBodyType } from '../../codecs/request-body.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Call } from '../../modules/delivery/index.ts';
import { ownParameters } from './schema.ts';

const bodyBounds = { maxBytes: 64 * 1024, maxInflatedBytes: 256 * 1024 };

/**
 * Parameters of a call from its query and, since table 1 says 传递参数格式 JSON, from a JSON body where there is one.
 * @param productParameters wire names that the product knows, for the tolerance of decision 25
 */
export async function readParameters(request: FastifyRequest, productParameters: readonly string[]): Promise<Parameters> {
  const known = knownNames([...ownParameters, ...productParameters]);
  const query = parseQuery(rawQueryOf(request.raw.url ?? ''), { known, tolerant: true });
  if (!hasBody(request)) return query;
  requireBodyType(request.headers['content-type'], ['application/json']);
  const body = await readBody(request.raw, bodyBounds, { contentEncoding: request.headers['content-encoding'] });
  if (body.length === 0) return query;
  return mergeParameters(query, parseJsonBody(body, { maxBytes: bodyBounds.maxInflatedBytes, maxDepth: 2 }, known), known);
}

const hasBody = (request: FastifyRequest): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

/** Splits the face's own parameters from the product's. */
export function readCall(parameters: Parameters): Pick<Call, 'key' | 'parameters' | 'page' | 'wantTotal'> {
  const own = new Set<string>(ownParameters);
  const rest: Record<string, string> = Object.create(null);
  for (const [name, value] of parameters) if (!own.has(name)) rest[name] = value;
  const page = readPage(parameters.get('pageNum'), parameters.get('pageSize'));
  const key = parameters.get('appkey');
  return { key: key === '' ? undefined : key, parameters: rest, page, wantTotal: page !== null };
}

/** Decision 14: `pageNum` counts from 1; a page without its size has no meaning. */
function readPage(pageNum: string | undefined, pageSize: string | undefined): Call['page'] {
  if (pageNum === undefined && pageSize === undefined) return null;
  if (pageSize === undefined || pageSize === '') throw new DomainError('missing-parameter', 'page.size.missing', '使用 pageNum 时须同时给出 pageSize (pageNum needs pageSize)');
  const limit = wholeNumber('pageSize', pageSize);
  return { offset: (wholeNumber('pageNum', pageNum === undefined || pageNum === '' ? '1' : pageNum) - 1) * limit, limit };
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new DomainError('invalid-parameter', 'page.number', `参数 ${name} 应为正整数 (${name} must be a whole number from 1)`, { details: { parameter: name } });
}
