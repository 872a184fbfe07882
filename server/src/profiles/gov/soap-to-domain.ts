import { duplicate, gatherParameters, knownNames, mergeParameters, shortened } from '../../codecs/parameters.ts';
import { parseQuery, rawQueryOf } from '../../codecs/query.ts';
import { EnvelopeError, openEnvelope, schemaInstance, soapVersionOf, type SoapVersion } from '../../codecs/soap.ts';
import { attributeIn, decodeXml, readXml, type XmlNode } from '../../codecs/xml-reader.ts';
import { readBoundedBody, type CallContent, type CallRequest, type NamesOf } from '../../http/face.ts';
import { gatewayFields, type GatewayFields } from '../../http/proof.ts';
import { DomainError } from '../../kernel/errors.ts';
import { gatewayElement, keyElement, namespaceOf, operation } from './soap-names.ts';
import { contentOf, ownParameters } from './to-domain.ts';

/** Headers of others, which are not for us, may be large and deep; what is for us is flat. */
const bounds = { maxDepth: 32, maxElements: 1000, maxAttributes: 50, maxText: 16 * 1024 };

/** The version that a request announces by its media type: only those that announce one come to this face. */
export const versionOf = (request: CallRequest): SoapVersion => soapVersionOf(request.headers['content-type']) ?? '1.1';

/**
 * One call in document/literal wrapped form: the parameters are the children of the operation's element, in any order;
 * those in the query count too. The key stands where REST has it, or in a header block.
 */
export async function readSoapCall(request: CallRequest, namesOf: NamesOf): Promise<CallContent> {
  const namespace = namespaceOf(request.params.code ?? '');
  const version = versionOf(request);
  const isKey = (block: XmlNode): boolean => block.namespace === namespace && block.name === keyElement;
  const isCredential = (block: XmlNode): boolean => isKey(block) || isGateway(block);
  const root = readXml(decodeXml(await readBoundedBody(request), charsetOf(request)), bounds);
  const { header, content } = openEnvelope(root, version, isCredential);
  if (content.name !== operation || content.namespace !== namespace) throw unknownOperation(content, version, namespace);
  const known = knownNames(ownParameters, await namesOf());
  const given = gatherParameters(content.children.flatMap((child) => pairOf(child, namespace)), known);
  const parameters = mergeParameters(parseQuery(rawQueryOf(request.raw.url ?? ''), { known }), given, known);
  return contentOf(request, parameters, { appkeys: header.filter(isKey).map((block) => block.text.trim()), gateway: gatewayIn(header) });
}

/** The national gateway's block, which its clients write in no namespace. */
const isGateway = (block: XmlNode): boolean => block.namespace === '' && block.name === gatewayElement;

/** Its values; clients differ in the case of their names. */
function gatewayIn(header: readonly XmlNode[]): GatewayFields {
  const values = header.filter(isGateway).flatMap(({ children }) => children);
  const fields: GatewayFields = {};
  for (const name of gatewayFields) {
    const [value, second] = values.filter((child) => child.name.toLowerCase() === name);
    if (second !== undefined) throw duplicate(name);
    if (value !== undefined) fields[name] = value.text.trim();
  }
  return fields;
}

/** A NULL is a parameter that was not given. Blanks are part of a text; round a number or a word of ours they are not. */
function pairOf(child: XmlNode, namespace: string): (readonly [string, string])[] {
  if (child.children.length > 0 || (child.namespace !== '' && child.namespace !== namespace)) throw badParameter(child.name, namespace);
  const nil = attributeIn(child, schemaInstance, 'nil')?.trim();
  if (nil === 'true' || nil === '1') return [];
  const isOwn = ownParameters.some((name) => name.toLowerCase() === child.name.toLowerCase());
  return [[child.name, isOwn ? child.text.trim() : child.text]];
}

const charsetOf = (request: CallRequest): string | undefined => /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1];

const unknownOperation = ({ namespace: given, name }: XmlNode, version: SoapVersion, namespace: string): EnvelopeError =>
  new EnvelopeError('Sender', version, 'soap.operation', `没有操作 {${shortened(given)}}${shortened(name)}：Body 中应为 {${namespace}}${operation}，见 ?wsdl (no such operation: the Body holds {${namespace}}${operation}, see ?wsdl)`);

const badParameter = (name: string, namespace: string): DomainError =>
  new DomainError('invalid-parameter', 'soap.parameter', `参数 ${shortened(name)} 应为命名空间 ${namespace} 中只含文本的元素 (a parameter is an element of that namespace that holds text only)`, { details: { parameter: shortened(name) } });
