import { SaxesParser, type SaxesAttributeNS } from 'saxes';
import { DomainError } from '../kernel/errors.ts';
import { isReadableEncoding, markedEncoding } from './encodings.ts';
import { shortened } from './parameters.ts';

/** An element as it was read: names are resolved, comments are gone. */
export interface XmlNode {
  /** '' where it is in no namespace. */
  readonly namespace: string;
  readonly name: string;
  /** Without the declarations of namespaces. */
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlNode[];
  /** Its own character data, in order, without that of its children. */
  readonly text: string;
}

export interface XmlAttribute {
  readonly namespace: string;
  readonly name: string;
  readonly value: string;
}

/** What a document may hold; its size in bytes is bounded by whoever reads it from the wire. */
export interface XmlBounds {
  readonly maxDepth: number;
  readonly maxElements: number;
  /** Attributes of one element, declarations of namespaces included. */
  readonly maxAttributes: number;
  /** UTF-16 units of one element's own text. */
  readonly maxText: number;
}

const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/';

interface OpenNode extends XmlNode {
  readonly children: XmlNode[];
  text: string;
}

/** Told of each element that declares prefixes, and which; '' is the namespace of names without one. */
export type OnDeclared = (node: XmlNode, prefixes: ReadonlyMap<string, string>) => void;

/**
 * Reads a whole document of XML 1.0 with namespaces, strictly. There are no DTDs, so no entities beyond XML's own five
 * and nothing that could be fetched or grow; nor processing instructions, which no protocol that is read here has.
 *
 * @throws DomainError `malformed-request` or `too-large`
 */
export function readXml(text: string, bounds: XmlBounds, onDeclared?: OnDeclared): XmlNode {
  const parser = new SaxesParser({ xmlns: true, forceXMLVersion: true, defaultXMLVersion: '1.0' });
  const open: OpenNode[] = [];
  let root: XmlNode | undefined;
  let elements = 0;
  const add = (piece: string): void => {
    const node = open.at(-1);
    if (node === undefined) return; // blanks round the root
    node.text += piece;
    if (node.text.length > bounds.maxText) throw outOfBounds('text', `元素文本长度 (text of one element)`, bounds.maxText);
  };
  parser.on('error', (error) => {
    throw notWellFormed(error);
  });
  parser.on('doctype', () => {
    throw new DomainError('malformed-request', 'xml.doctype', 'XML 中不允许 DOCTYPE 与实体定义 (a DOCTYPE is not allowed, nor are entities of your own)');
  });
  parser.on('processinginstruction', () => {
    throw new DomainError('malformed-request', 'xml.instruction', 'XML 中不允许处理指令 (processing instructions are not allowed)');
  });
  parser.on('opentag', ({ uri, local, attributes: all, ns }) => {
    const attributes = Object.values(all);
    elements += 1;
    if (elements > bounds.maxElements) throw outOfBounds('elements', '元素个数 (number of elements)', bounds.maxElements);
    if (open.length >= bounds.maxDepth) throw outOfBounds('depth', '嵌套层数 (depth)', bounds.maxDepth);
    if (attributes.length > bounds.maxAttributes) throw outOfBounds('attributes', '一个元素的属性个数 (attributes of one element)', bounds.maxAttributes);
    const node: OpenNode = { namespace: uri, name: local, attributes: attributes.filter(isOwn).map(attributeOf), children: [], text: '' };
    open.at(-1)?.children.push(node);
    open.push(node);
    if (onDeclared !== undefined && attributes.some((attribute) => !isOwn(attribute))) onDeclared(node, new Map(Object.entries(ns)));
  });
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => {
    root = open.pop();
  });
  parser.write(text).close();
  if (root === undefined) throw notWellFormed(new Error('no root element'));
  return root;
}

const isOwn = ({ uri }: SaxesAttributeNS): boolean => uri !== xmlnsNamespace;
const attributeOf = ({ uri, local, value }: SaxesAttributeNS): XmlAttribute => ({ namespace: uri, name: local, value });

/** The value of an attribute by its full name; undefined where it is not there. */
export const attributeIn = (node: XmlNode, namespace: string, name: string): string | undefined =>
  node.attributes.find((attribute) => attribute.name === name && attribute.namespace === namespace)?.value;

// ---- from bytes -------------------------------------------------------------------------------------------------------

/**
 * Decodes a document by what says its encoding, in the order of RFC 7303, 3.2: byte order mark, `charset` of the media
 * type, the document's own declaration, else UTF-8.
 *
 * @throws DomainError `unsupported-media-type` for another encoding, `malformed-request` for bytes that are none
 */
export function decodeXml(bytes: Buffer, charset: string | undefined): string {
  const encoding = (markedEncoding(bytes) ?? charset ?? declaredEncoding(bytes) ?? 'utf-8').toLowerCase();
  if (!isReadableEncoding(encoding)) {
    throw new DomainError('unsupported-media-type', 'xml.encoding', `不支持编码 ${shortened(encoding)}：请使用 UTF-8、UTF-16 或 GB18030 (the encoding is not read here: send UTF-8, UTF-16 or GB18030)`);
  }
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DomainError('malformed-request', 'xml.bytes', `内容不是合法的 ${encoding} 编码 (the bytes are not valid ${encoding})`, { cause: error });
  }
}

/** Every encoding without a mark that is read here writes a declaration in ASCII. */
const declaredEncoding = (bytes: Buffer): string | undefined => /^<\?xml\s[^>]{0,100}?encoding\s*=\s*["']([\w.-]{1,40})["']/.exec(bytes.toString('latin1', 0, 200))?.[1];

// ---- errors -----------------------------------------------------------------------------------------------------------

const notWellFormed = (cause: Error): DomainError =>
  new DomainError('malformed-request', 'xml.syntax', `不是合法的 XML (not well-formed XML: ${shortened(cause.message)})`, { cause });

const outOfBounds = (what: string, words: string, limit: number): DomainError =>
  new DomainError('too-large', `xml.${what}`, `XML 超出上限：${words} 最多 ${limit} (the XML is over its bound)`, { details: { limit } });
