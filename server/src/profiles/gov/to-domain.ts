import { knownNames, type Parameters } from '../../codecs/parameters.ts';
import { productParametersOf, readPage, readParameters, type CallContent, type CallRequest, type NamesOf } from '../../http/face.ts';
import { proofOf, type Presented } from '../../http/proof.ts';
import { DomainError } from '../../kernel/errors.ts';

/** The face's own parameters beside the product's. */
export const ownParameters = ['appkey', 'pageNum', 'pageSize', 'needTotal'] as const;

/** The key stands in the header `appkey`, as a bearer token, or in the query; once only. */
export async function readCall(request: CallRequest, namesOf: NamesOf): Promise<CallContent> {
  return contentOf(request, await readParameters(request, knownNames(ownParameters, await namesOf()), false));
}

/** @param more what stands where else a face of GOV takes a credential */
export function contentOf(request: CallRequest, parameters: Parameters, more: Presented = { appkeys: [] }): CallContent {
  return {
    proof: proofOf(request, request.params.code ?? '', { ...more, appkeys: [...keysIn(request), parameters.get('appkey'), ...more.appkeys] }),
    parameters: productParametersOf(parameters, ownParameters),
    page: readPage(parameters.get('pageNum'), parameters.get('pageSize')),
    wantTotal: isTrue('needTotal', parameters.get('needTotal')),
  };
}

/** The headers that may hold an appkey. */
export function keysIn(request: CallRequest): (string | undefined)[] {
  const { appkey, authorization } = request.headers;
  const bearer = authorization === undefined ? undefined : /^Bearer (\S+)$/i.exec(authorization)?.[1];
  return [bearer, typeof appkey === 'string' ? appkey : undefined];
}

/** As XML Schema spells a boolean. */
function isTrue(name: string, text: string | undefined): boolean {
  if (text === undefined || text === '' || text === 'false' || text === '0') return false;
  if (text === 'true' || text === '1') return true;
  throw new DomainError('invalid-parameter', 'parameter.boolean', `参数 ${name} 应为 true 或 false (${name} must be true or false)`, { details: { parameter: name } });
}
