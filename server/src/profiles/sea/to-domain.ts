import { knownNames } from '../../codecs/parameters.ts';
import { productParametersOf, readPage, readParameters, type CallContent, type CallRequest, type NamesOf } from '../../http/face.ts';
import { proofOf } from '../../http/proof.ts';

/** SEA table 1: the face's own parameters; names are read in any case (decision 1), the page is decision 14's. */
const ownParameters = ['appkey', 'pageNum', 'pageSize'] as const;

/** Query, and since table 1 says 传递参数格式 JSON, a JSON body too. `total` stands beside every page (decision 14). */
export async function readCall(request: CallRequest, namesOf: NamesOf): Promise<CallContent> {
  const parameters = await readParameters(request, knownNames(ownParameters, await namesOf()), true);
  const page = readPage(parameters.get('pageNum'), parameters.get('pageSize'));
  return { proof: proofOf(request, request.params.code ?? '', { appkeys: [parameters.get('appkey')] }), parameters: productParametersOf(parameters, ownParameters), page, wantTotal: page !== null };
}
