import { parseJsonBody } from '../../codecs/json-body.ts';
import { knownNames, shortened, type Parameters } from '../../codecs/parameters.ts';
import { productParametersOf, readPage, readParameters, type CallContent, type CallRequest, type NamesOf } from '../../http/face.ts';
import { proofOf } from '../../http/proof.ts';
import { DomainError } from '../../kernel/errors.ts';
import { bounds, noteParameters, ownParameters } from './schema.ts';

/** Table C1, from the query, a form or a JSON body (decision 28); names are read in any case (decision 1). */
export async function readCall(request: CallRequest, namesOf: NamesOf): Promise<CallContent> {
  const given = await readParameters(request, knownNames(ownParameters), false, ['application/x-www-form-urlencoded', 'application/json']);
  const code = interfaceOf(given);
  const names = await namesOf(code);
  assertOwn(given);
  const page = readPage(given.get('pageNum') || undefined, given.get('pageSize') || undefined);
  return { proof: proofOf(request, code, { appkeys: [given.get('applyKey')] }), parameters: readParams(given.get('params'), names), page, wantTotal: page !== null, notes: notesOf(given) };
}

function interfaceOf(given: Parameters): string {
  const id = given.get('interfaceId') ?? '';
  if (id === '') throw new DomainError('missing-parameter', 'agr.interface.missing', '缺少参数 interfaceId：请给出接口的编码或编号 (interfaceId is missing: give the code or ID of the interface)', { details: { parameter: 'interfaceId' } });
  if (id.length > bounds.interfaceId) throw tooLong('interfaceId', bounds.interfaceId);
  return id;
}

/** Decision 15. A parameter that nobody reads would make an answer look narrower than it is. */
function assertOwn(given: Parameters): void {
  const [stranger] = Object.keys(productParametersOf(given, ownParameters));
  if (stranger === undefined) return;
  throw new DomainError('unknown-parameter', 'agr.parameter.unknown', `不识别参数 ${shortened(stranger)}：接口自身的参数请放入 params (unknown parameter: an interface’s own parameters stand in params)`, {
    details: { parameter: shortened(stranger) },
  });
}

function readParams(text: string | undefined, names: readonly string[]): Record<string, string> {
  if (text === undefined) return {};
  return productParametersOf(parseJsonBody(Buffer.from(text), { ...bounds.params, name: 'params' }, knownNames(names)), []);
}

function notesOf(given: Parameters): Record<string, string> {
  const notes: Record<string, string> = {};
  for (const name of noteParameters) {
    const note = given.get(name);
    if (note === undefined || note === '') continue;
    if (note.length > bounds.note) throw tooLong(name, bounds.note);
    if (/\p{Cc}/u.test(note)) throw new DomainError('invalid-parameter', 'agr.note.control', `参数 ${name} 含控制字符 (${name} has control characters)`, { details: { parameter: name } });
    notes[name] = note;
  }
  return notes;
}

const tooLong = (name: string, limit: number): DomainError =>
  new DomainError('parameter-too-long', 'agr.parameter.length', `参数 ${name} 超过 ${limit} 个字符 (${name} is longer than ${limit} characters)`, { details: { parameter: name, limit } });
