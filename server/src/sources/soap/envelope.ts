import { envelopes, openEnvelope, soapContentType, type SoapVersion } from '../../codecs/soap.ts';
import { escapeXml, xmlDeclaration, xmlElement } from '../../codecs/xml.ts';
import type { XmlNode } from '../../codecs/xml-reader.ts';
import { asDomainError, DomainError } from '../../kernel/errors.ts';
import { isXmlName } from '../../kernel/xml-name.ts';
import { unreadable } from '../http/errors.ts';
import { withStanding, type RequestMaker, type Standing } from '../http/request.ts';
import type { Accepts } from '../http/upstream.ts';
import { wireText } from '../http/wire-text.ts';
import { xmlRoot } from '../http/xml-rows.ts';
import type { SoapOperation } from './settings.ts';

/** Makes the envelope of a call: document/literal, its values as children of one element (the "wrapped" style). */
export function envelopeMaker(operation: SoapOperation, version: SoapVersion, endpoint: string, standing: Standing): RequestMaker {
  const { soapAction, element, namespace, qualified, parameters } = operation;
  const badNames = parameters.map(({ name, as }) => as ?? name).filter((name) => !isXmlName(name));
  if (badNames.length > 0) throw new DomainError('invalid-definition', 'upstream.operation', `操作 ${operation.name} 的这些参数名不能作 XML 元素名，请用 as 给出：${badNames.join('、')} (no names of elements: give the upstream's by "as")`);
  const opening = `${xmlDeclaration}<soap:Envelope xmlns:soap="${envelopes[version].namespace}"><soap:Body>`;
  const closing = '</soap:Body></soap:Envelope>';
  const prefixed = namespace !== '' && !qualified;
  const root = prefixed ? `op:${element}` : element;
  const declared: Record<string, string> = namespace === '' ? {} : { [prefixed ? 'xmlns:op' : 'xmlns']: namespace };
  const path = withStanding(endpoint, standing);
  const headers = [...standing.headers, ...typeOf(version, soapAction)];
  return (inputs) => {
    const children = parameters.map(({ name, as, times }) => {
      const literal = inputs[name];
      return literal === undefined ? '' : xmlElement(as ?? name, {}, escapeXml(wireText(literal, times)));
    });
    return { method: 'POST', path, headers, body: opening + xmlElement(root, declared, ...children) + closing };
  };
}

/** SOAP 1.1 names the action in a header of its own, SOAP 1.2 in the media type. */
function typeOf(version: SoapVersion, action: string): string[] {
  if (version === '1.1') return ['content-type', soapContentType(version), 'soapaction', `"${action}"`];
  return ['content-type', action === '' ? soapContentType(version) : `${soapContentType(version)}; action="${action}"`];
}

/** Statuses of an answer, and those under which SOAP sends its faults, where a fault is there: SOAP 1.1, 6.2; SOAP 1.2 part 2, table 20. */
export const soapAnswers = (version: SoapVersion): Accepts => ({ status, headers, body }) =>
  status === 200 || status === 202 || ((status === 400 || status === 500) && Buffer.isBuffer(body) && isEnvelope(body, headers['content-type'] ?? '', version));

function isEnvelope(body: Buffer, contentType: string, version: SoapVersion): boolean {
  try {
    opened(xmlRoot(body, contentType), version);
    return true;
  } catch {
    return false; // the error is told by its status, with an excerpt for the operator
  }
}

/** The element of an answer's body. Throws `upstream.fault` with the fault's words for the operator, and `upstream.unreadable`. */
export function answerOf(body: Buffer, contentType: string, version: SoapVersion): XmlNode {
  const content = opened(xmlRoot(body, contentType), version);
  if (content.name !== 'Fault' || content.namespace !== envelopes[version].namespace) return content;
  throw new DomainError('source-unavailable', 'upstream.fault', '上游服务返回 SOAP 错误 (the upstream answered with a SOAP fault)', { cause: new Error(wordsOf(content).slice(0, 500)) });
}

function opened(root: XmlNode, version: SoapVersion): XmlNode {
  try {
    return openEnvelope(root, version, () => false).content;
  } catch (thrown) {
    throw unreadable(asDomainError(thrown));
  }
}

const wordsOf = (node: XmlNode): string => [node.text.trim(), ...node.children.map(wordsOf)].filter((text) => text !== '').join(' ');
