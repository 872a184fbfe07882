import { DomainError } from '../kernel/errors.ts';
import { escapeXml, xmlDeclaration, xmlElement, type XmlFrame } from './xml.ts';
import { attributeIn, type XmlNode } from './xml-reader.ts';

export const soapVersions = ['1.1', '1.2'] as const;
export type SoapVersion = (typeof soapVersions)[number];

/** SOAP 1.1, clauses 3 and 6; SOAP 1.2 part 1, clause 5, and RFC 3902. */
export const envelopes = {
  '1.1': { namespace: 'http://schemas.xmlsoap.org/soap/envelope/', mediaType: 'text/xml' },
  '1.2': { namespace: 'http://www.w3.org/2003/05/soap-envelope', mediaType: 'application/soap+xml' },
} as const satisfies Record<SoapVersion, { namespace: string; mediaType: string }>;

export const schemaInstance = 'http://www.w3.org/2001/XMLSchema-instance';

/** The version that a message of this type is of; undefined where it is no SOAP. */
export function soapVersionOf(contentType: string | undefined): SoapVersion | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return soapVersions.find((version) => envelopes[version].mediaType === type);
}

export const soapContentType = (version: SoapVersion): string => `${envelopes[version].mediaType}; charset=utf-8`;

// ---- reading ----------------------------------------------------------------------------------------------------------

/** Codes of SOAP 1.2 part 1, 5.4.6; SOAP 1.1 has them under names of its own. */
export type FaultCode = 'VersionMismatch' | 'MustUnderstand' | 'DataEncodingUnknown' | 'Sender' | 'Receiver';

/** A message that SOAP's own rules refuse, with what the fault must say. */
export class EnvelopeError extends DomainError {
  readonly fault: FaultCode;
  /** The version that the fault is to be of. */
  readonly version: SoapVersion;
  /** Header blocks that are required to be understood and are not. */
  readonly notUnderstood: readonly XmlNode[];

  constructor(fault: FaultCode, version: SoapVersion, code: string, message: string, notUnderstood: readonly XmlNode[] = []) {
    super('malformed-request', code, message);
    this.fault = fault;
    this.version = version;
    this.notUnderstood = notUnderstood;
  }
}

export interface Message {
  readonly header: readonly XmlNode[];
  /** The one element of the body. */
  readonly content: XmlNode;
}

/**
 * Takes a message out of its envelope.
 *
 * @param version as the media type says it
 * @param understood whether the reader knows a header block that it must understand
 * @throws EnvelopeError
 */
export function openEnvelope(root: XmlNode, version: SoapVersion, understood: (block: XmlNode) => boolean): Message {
  const { namespace } = envelopes[version];
  if (!isNamed(root, namespace, 'Envelope')) throw noEnvelope(root, version);
  const [first, ...rest] = root.children;
  const header = first !== undefined && isNamed(first, namespace, 'Header') ? first : undefined;
  const [body, ...after] = header === undefined ? root.children : rest;
  if (body === undefined || !isNamed(body, namespace, 'Body') || after.length > 0) {
    throw new EnvelopeError('Sender', version, 'soap.envelope', '信封中应为可选的 Header 和一个 Body (an envelope holds a Header, or none, and then one Body)');
  }
  checkUnderstood(header?.children ?? [], version, understood);
  const [content, ...more] = body.children;
  if (content === undefined || more.length > 0) throw new EnvelopeError('Sender', version, 'soap.body', 'Body 中应有且仅有一个操作元素 (the Body holds one element, that of the operation)');
  if (version === '1.2') checkEncoding(content);
  return { header: header?.children ?? [], content };
}

const isNamed = (node: XmlNode, namespace: string, name: string): boolean => node.name === name && node.namespace === namespace;

/**
 * A message of SOAP 1.1 where 1.2 was announced is refused in SOAP 1.1 (SOAP 1.2 part 1, appendix A); else the fault is
 * of the version that the media type announced (SOAP 1.1, 4.4.1; SOAP 1.2 part 1, 5.4.7).
 */
function noEnvelope(root: XmlNode, version: SoapVersion): EnvelopeError {
  if (version === '1.1' && root.name !== 'Envelope') return new EnvelopeError('Sender', version, 'soap.envelope', '请求体不是 SOAP 信封 (the body is no SOAP envelope)');
  const answered = isNamed(root, envelopes['1.1'].namespace, 'Envelope') ? '1.1' : version;
  const { mediaType, namespace } = envelopes[version];
  return new EnvelopeError('VersionMismatch', answered, 'soap.version', `信封与版本不符：${mediaType} 应为命名空间 ${namespace} 的 Envelope (not the envelope of ${mediaType}: send an Envelope of the namespace ${namespace})`);
}

/** Where a block is for whoever comes next, or for the last one, it is for us: SOAP 1.1, 4.2.2; SOAP 1.2 part 1, 2.2. */
const ownRoles: ReadonlySet<string | undefined> = new Set([
  undefined,
  '',
  'http://schemas.xmlsoap.org/soap/actor/next',
  'http://www.w3.org/2003/05/soap-envelope/role/next',
  'http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver',
]);

function checkUnderstood(blocks: readonly XmlNode[], version: SoapVersion, understood: (block: XmlNode) => boolean): void {
  const { namespace } = envelopes[version];
  const missed = blocks.filter((block) => {
    const must = attributeIn(block, namespace, 'mustUnderstand')?.trim();
    const role = attributeIn(block, namespace, version === '1.1' ? 'actor' : 'role');
    return (must === '1' || must === 'true') && ownRoles.has(role?.trim()) && !understood(block);
  });
  if (missed.length === 0) return;
  const names = missed.map(({ namespace: space, name }) => `{${space}}${name}`.slice(0, 200)).join(' ');
  throw new EnvelopeError('MustUnderstand', version, 'soap.must-understand', `不支持要求必须理解的头块：${names} (header blocks that must be understood are not)`, missed);
}

/** Values stand as their schema types have them, in no encoding (SOAP 1.2 part 1, 5.1.1 and 5.4.6). */
function checkEncoding(content: XmlNode): void {
  const { namespace } = envelopes['1.2'];
  const encodings = [content, ...content.children].map((node) => attributeIn(node, namespace, 'encodingStyle'));
  if (encodings.every((encoding) => encoding === undefined || encoding === `${namespace}/encoding/none`)) return;
  throw new EnvelopeError('DataEncodingUnknown', '1.2', 'soap.encoding-style', '只支持 document/literal，不支持 encodingStyle (only document/literal is read: leave out encodingStyle)');
}

// ---- writing ----------------------------------------------------------------------------------------------------------

const openingOf = (version: SoapVersion, header = ''): string =>
  `${xmlDeclaration}<soap:Envelope xmlns:soap="${envelopes[version].namespace}">${header === '' ? '' : `<soap:Header>${header}</soap:Header>`}<soap:Body>`;
const closing = '</soap:Body></soap:Envelope>';

/** An answer of rows, between what stands before and after them in the body. */
export const soapFrame = (version: SoapVersion, before: string, after: string): XmlFrame => ({
  contentType: soapContentType(version),
  opening: openingOf(version) + before,
  closing: after + closing,
  values: 'schema',
});

export interface Fault {
  readonly code: FaultCode;
  /** The application's own code, a name of this namespace. */
  readonly subcode: { readonly namespace: string; readonly name: string };
  readonly reason: { readonly zh: string; readonly en: string };
  /** Elements of the application, as XML. */
  readonly detail: string;
  readonly notUnderstood: readonly XmlNode[];
}

/** The status of SOAP 1.1, 6.2, and of SOAP 1.2 part 2, table 20. */
export const faultStatus = (version: SoapVersion, code: FaultCode): number => (version === '1.2' && code === 'Sender' ? 400 : 500);

export function faultMessage(version: SoapVersion, fault: Fault): string {
  const body = version === '1.1' ? faultBody11(fault) : faultBody12(fault);
  return openingOf(version, headerOf(version, fault)) + xmlElement('soap:Fault', {}, body) + closing;
}

const codes11: Readonly<Record<FaultCode, string>> = {
  VersionMismatch: 'VersionMismatch',
  MustUnderstand: 'MustUnderstand',
  DataEncodingUnknown: 'Client',
  Sender: 'Client',
  Receiver: 'Server',
};

/** SOAP 1.1, 4.4: the detail tells of the body's faults only. */
function faultBody11({ code, reason, detail }: Fault): string {
  const { zh, en } = reason;
  const words = zh === en ? zh : `${zh} (${en})`;
  const ofBody = code !== 'VersionMismatch' && code !== 'MustUnderstand';
  return xmlElement('faultcode', {}, `soap:${codes11[code]}`) + xmlElement('faultstring', { 'xml:lang': 'zh' }, escapeXml(words)) + (ofBody ? xmlElement('detail', {}, detail) : '');
}

/** SOAP 1.2 part 1, 5.4. */
function faultBody12({ code, subcode, reason, detail }: Fault): string {
  const sub = xmlElement('soap:Subcode', {}, xmlElement('soap:Value', { 'xmlns:app': subcode.namespace }, `app:${escapeXml(subcode.name)}`));
  return (
    xmlElement('soap:Code', {}, xmlElement('soap:Value', {}, `soap:${code}`), sub) +
    xmlElement('soap:Reason', {}, xmlElement('soap:Text', { 'xml:lang': 'zh' }, escapeXml(reason.zh)), xmlElement('soap:Text', { 'xml:lang': 'en' }, escapeXml(reason.en))) +
    xmlElement('soap:Detail', {}, detail)
  );
}

/** SOAP 1.2 part 1, 5.4.7 and 5.4.8: what would be understood instead, and what was not. */
function headerOf(version: SoapVersion, { code, notUnderstood }: Fault): string {
  const { namespace } = envelopes['1.2'];
  if (code === 'VersionMismatch') {
    const supported = (['1.2', '1.1'] as const).map((each) => xmlElement('up:SupportedEnvelope', { 'qname': 'e:Envelope', 'xmlns:e': envelopes[each].namespace }));
    return xmlElement('up:Upgrade', { 'xmlns:up': namespace }, ...supported);
  }
  if (version === '1.1') return '';
  return notUnderstood.map((block) => xmlElement('soap:NotUnderstood', { 'qname': `b:${block.name}`, 'xmlns:b': block.namespace })).join('');
}
