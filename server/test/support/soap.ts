import assert from 'node:assert/strict';
import { SaxesParser } from 'saxes';
import type { StartedNode } from './node.ts';

export type Version = '1.1' | '1.2';
export const versions: readonly Version[] = ['1.1', '1.2'];
export const envelopeOf: Readonly<Record<Version, string>> = { '1.1': 'http://schemas.xmlsoap.org/soap/envelope/', '1.2': 'http://www.w3.org/2003/05/soap-envelope' };
export const typeOf: Readonly<Record<Version, string>> = { '1.1': 'text/xml', '1.2': 'application/soap+xml' };

export interface Element {
  /** `{namespace}name`. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

/** Reads a document with a strict parser that knows namespaces, which throws where it is not well-formed. */
export function readElement(xml: string): Element {
  const parser = new SaxesParser({ xmlns: true });
  const root = { name: '', attributes: {}, children: [] as Element[], text: '' };
  const open = [root];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ uri, local, attributes }) => {
    const element = { name: `{${uri}}${local}`, attributes: Object.fromEntries(Object.values(attributes).map((each) => [each.local, each.value])), children: [] as Element[], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (piece) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += piece;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(xml).close();
  return root.children[0] ?? root;
}

/** The first element under another by its local names, one a step; undefined where there is none. */
export const under = (element: Element | undefined, ...steps: readonly string[]): Element | undefined =>
  steps.reduce<Element | undefined>((at, step) => at?.children.find(({ name }) => name.endsWith(`}${step}`)), element);

export const textsOf = (element: Element | undefined): Record<string, string> => Object.fromEntries((element?.children ?? []).map(({ name, text }) => [name.replace(/^\{.*\}/, ''), text]));

/** An envelope round the elements of a query of a product. */
export function envelope(version: Version, code: string, inner: string, header = ''): string {
  return (
    `<?xml version="1.0"?><e:Envelope xmlns:e="${envelopeOf[version]}">${header === '' ? '' : `<e:Header>${header}</e:Header>`}` +
    `<e:Body><q:query xmlns:q="urn:lingqu:gov:${code}" xmlns="urn:lingqu:gov:${code}">${inner}</q:query></e:Body></e:Envelope>`
  );
}

export interface SoapAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly envelope: Element;
  /** The element in the body. */
  readonly content: Element | undefined;
}

/** Posts what is given as a message of that version. */
export async function post(node: StartedNode, code: string, version: Version, body: string | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>> = {}): Promise<SoapAnswer> {
  const response = await fetch(`${node.dataUrl}/gov/v1/${code}`, { method: 'POST', headers: { 'content-type': typeOf[version], ...headers }, body });
  const text = await response.text();
  const root = readElement(text);
  return { status: response.status, headers: response.headers, text, envelope: root, content: under(root, 'Body')?.children[0] };
}

/** Rows of an answer; NULL is null, a hidden field is absent. */
export function rowsOf({ content, text }: SoapAnswer): Record<string, string | null>[] {
  const data = under(content, 'data');
  assert.ok(data, text);
  return data.children.map((row) => Object.fromEntries(row.children.map(({ name, attributes, text: cell }) => [name.replace(/^\{.*\}/, ''), attributes['nil'] === 'true' ? null : cell])));
}

export interface Told {
  readonly version: string;
  readonly status: number;
  readonly type: string | null;
  readonly fault: string | undefined;
  /** The core's code. */
  readonly code: string | undefined;
}

/** What a fault says in the form of its version; its code without the prefix. */
export function told({ status, headers, envelope: root, content, text }: SoapAnswer): Told {
  const version = root.name === `{${envelopeOf['1.1']}}Envelope` ? '1.1' : '1.2';
  assert.equal(content?.name, `{${envelopeOf[version]}}Fault`, text);
  const value = version === '1.1' ? under(content, 'faultcode') : under(content, 'Code', 'Value');
  const detail = under(content, version === '1.1' ? 'detail' : 'Detail');
  return { version, status, type: headers.get('content-type'), fault: value?.text.split(':')[1], code: under(detail, 'error', 'code')?.text };
}
