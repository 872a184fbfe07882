import { DomainError } from '../kernel/errors.ts';
import { isXmlName } from '../kernel/xml-name.ts';
import { expectBatch, expectWidth, type EncodedField, type RowsEncoder } from './encoder.ts';

/** What surrounds the rows: `opening` + `<data>` rows `</data>` + `<total>` + `closing`. */
export interface XmlFrame {
  readonly contentType: string;
  readonly opening: string;
  readonly closing: string;
  /**
   * `plain`: NULL is an absent element. `schema`: values as XML Schema spells them, for readers that are bound to types:
   * NULL is `xsi:nil` (the prefix is the opening's to declare), and an infinite double is INF.
   */
  readonly values: 'plain' | 'schema';
}

/** Name and text. */
export type XmlElement = readonly [name: string, text: string];

export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** A frame of plain XML: `<root>` + elements of `before`, then the rows. */
export const plainFrame = (root: string, before: readonly XmlElement[]): XmlFrame => ({
  contentType: 'application/xml; charset=utf-8',
  opening: `${xmlDeclaration}<${root}>${elements(before)}`,
  closing: `</${root}>`,
  values: 'plain',
});

/** Rows as `<row>` elements with one element a field (decision 32). */
export function xmlRowsEncoder({ contentType, opening, closing, values }: XmlFrame): RowsEncoder {
  let starts: string[] = [];
  let ends: string[] = [];
  let nulls: string[] = [];
  let doubles: boolean[] = [];
  return {
    contentType,
    reads: 'cells',
    head(fields) {
      const names = fields.map(elementName);
      starts = names.map((name) => `<${name}>`);
      ends = names.map((name) => `</${name}>`);
      nulls = names.map((name) => (values === 'schema' ? `<${name} xsi:nil="true"/>` : ''));
      doubles = fields.map(({ type }) => values === 'schema' && type === 'double');
      return `${opening}<data>`;
    },
    rows(batch) {
      let text = '';
      for (const cells of expectBatch(batch, 'cells').rows) {
        expectWidth(cells, starts.length);
        text += '<row>';
        for (let index = 0; index < cells.length; index += 1) {
          const cell = cells[index];
          if (cell === null || cell === undefined) text += nulls[index];
          else text += starts[index] + escapeXml(doubles[index] === true ? cell.replace('Infinity', 'INF') : cell) + ends[index];
        }
        text += '</row>';
      }
      return text;
    },
    tail: ({ total }) => `</data>${total === undefined ? '' : `<total>${total}</total>`}${closing}`,
  };
}

/** A whole small document, as for an error. */
export const xmlDocument = (root: string, children: readonly XmlElement[]): string => `${xmlDeclaration}<${root}>${elements(children)}</${root}>`;

/** An element with attributes, around content that is XML already. */
export function xmlElement(name: string, attributes: Readonly<Record<string, string>>, ...content: readonly string[]): string {
  const written = Object.entries(attributes).map(([attribute, value]) => ` ${attribute}="${escapeXml(value)}"`);
  return `<${name}${written.join('')}${content.length === 0 ? '/>' : `>${content.join('')}</${name}>`}`;
}

/** Elements that hold nothing but text. */
export const elements = (children: readonly XmlElement[]): string => children.map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`).join('');

function elementName({ name }: EncodedField): string {
  if (isXmlName(name)) return name;
  throw new DomainError('invalid-definition', 'codec.xml.name', `字段名 ${name} 不能作为 XML 元素名 (the field's name cannot be the name of an XML element)`);
}

/** What needs care: markup, CR (a parser would read it as LF), and characters that XML 1.0 cannot carry at all. */
// oxlint-disable-next-line no-control-regex
const special = /[&<>"'\r\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/;
const everySpecial = new RegExp(special, 'g');
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;', '\r': '&#13;' };

/**
 * Text for an element or an attribute. Characters that XML 1.0 has no way to write (clause 2.2: control characters,
 * lone surrogates, U+FFFE, U+FFFF) become U+FFFD: one such character in one cell shall not make a million rows
 * unreadable, and U+FFFD shows that something stood there. The JSON faces carry them unaltered.
 */
export function escapeXml(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return special.test(whole) ? whole.replace(everySpecial, (character) => entities[character] ?? '\uFFFD') : whole;
}
