import { DomainError } from '../kernel/errors.ts';
import { isXmlName } from '../kernel/xml-name.ts';
import { expectBatch, expectWidth, type EncodedField, type RowsEncoder } from './encoder.ts';

/** What surrounds the rows: `<root>` + elements of `before` + `<data>` rows `</data>` + `<total>` + `</root>`. */
export interface XmlFrame {
  readonly root: string;
  readonly before: readonly XmlElement[];
}

/** Name and text. */
export type XmlElement = readonly [name: string, text: string];

const contentType = 'application/xml; charset=utf-8';
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Rows as `<row>` elements with one element a field; NULL is an absent element (decision 32). */
export function xmlRowsEncoder(frame: XmlFrame): RowsEncoder {
  let opening: string[] = [];
  let closing: string[] = [];
  return {
    contentType,
    reads: 'cells',
    head(fields) {
      const names = fields.map(elementName);
      opening = names.map((name) => `<${name}>`);
      closing = names.map((name) => `</${name}>`);
      return `${declaration}<${frame.root}>${elements(frame.before)}<data>`;
    },
    rows(batch) {
      let text = '';
      for (const cells of expectBatch(batch, 'cells').rows) {
        expectWidth(cells, opening.length);
        text += '<row>';
        for (let index = 0; index < cells.length; index += 1) {
          const cell = cells[index];
          if (cell !== null && cell !== undefined) text += opening[index] + escapeXml(cell) + closing[index];
        }
        text += '</row>';
      }
      return text;
    },
    tail: ({ total }) => `</data>${total === undefined ? '' : `<total>${total}</total>`}</${frame.root}>`,
  };
}

/** A whole small document, as for an error. */
export const xmlDocument = (root: string, children: readonly XmlElement[]): string => `${declaration}<${root}>${elements(children)}</${root}>`;

const elements = (children: readonly XmlElement[]): string => children.map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`).join('');

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
