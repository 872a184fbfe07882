import type { Parameters } from '../../codecs/parameters.ts';
import { productParametersOf, readPage, readParameters, type CallContent, type CallRequest, type NamesOf } from '../../http/face.ts';
import { DomainError } from '../../kernel/errors.ts';

/** The face's own parameters beside the product's. */
export const ownParameters = ['appkey', 'pageNum', 'pageSize', 'needTotal'] as const;

/** The key stands in the header `appkey`, as a bearer token, or in the query; once only. */
export async function readCall(request: CallRequest, namesOf: NamesOf): Promise<CallContent> {
  return contentOf(request, await readParameters(request, [...ownParameters, ...(await namesOf())], false));
}

/** @param otherKeys what stands where else a face of GOV takes a key */
export function contentOf(request: CallRequest, parameters: Parameters, ...otherKeys: readonly (string | undefined)[]): CallContent {
  return {
    key: keyOf(request, [parameters.get('appkey'), ...otherKeys]),
    parameters: productParametersOf(parameters, ownParameters),
    page: readPage(parameters.get('pageNum'), parameters.get('pageSize')),
    wantTotal: isTrue('needTotal', parameters.get('needTotal')),
  };
}

function keyOf(request: CallRequest, others: readonly (string | undefined)[]): string | undefined {
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const header = request.headers['appkey'];
  const keys = [bearer, typeof header === 'string' ? header : undefined, ...others].filter((key) => key !== undefined && key !== '');
  if (keys.length > 1) throw new DomainError('malformed-request', 'credential.twice', '授权码只能以一种方式提供 (give the key in one place only)');
  return keys[0];
}

function isTrue(name: string, text: string | undefined): boolean {
  if (text === undefined || text === '' || text === 'false') return false;
  if (text === 'true') return true;
  throw new DomainError('invalid-parameter', 'parameter.boolean', `参数 ${name} 应为 true 或 false (${name} must be true or false)`, { details: { parameter: name } });
}
