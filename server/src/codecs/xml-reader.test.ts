import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DomainError } from '../kernel/errors.ts';
import { escapeXml, xmlElement } from './xml.ts';
import { attributeIn, decodeXml, readXml, type XmlNode } from './xml-reader.ts';

const bounds = { maxDepth: 3, maxElements: 5, maxAttributes: 2, maxText: 10 };
const refused = (code: string) => (error: unknown) => error instanceof DomainError && error.code === code;

describe('readXml', () => {
  it('resolves names of elements and attributes', () => {
    const root = readXml('<a:r xmlns:a="urn:a" a:x="1" y="2"><b xmlns="urn:b">t</b><c/></a:r>', { ...bounds, maxAttributes: 3 });
    const leaf = (namespace: string, name: string, text: string): XmlNode => ({ namespace, name, text, attributes: [], children: [] });
    assert.deepEqual([root.namespace, root.name, root.children], ['urn:a', 'r', [leaf('urn:b', 'b', 't'), leaf('', 'c', '')]]);
    assert.deepEqual([attributeIn(root, 'urn:a', 'x'), attributeIn(root, '', 'y'), attributeIn(root, '', 'x')], ['1', '2', undefined]);
  });

  it('joins text round comments and CDATA, and knows the five entities', () =>
    assert.equal(readXml('<r>&lt;<!-- no -->&#x8d64;<![CDATA[&]]>&apos;</r>', bounds).text, "<赤&'"));

  it('reads back whatever text and attribute are written', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        // oxlint-disable-next-line no-control-regex
        const carried = text.toWellFormed().replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD');
        const root = readXml(xmlElement('r', { a: text }, escapeXml(text)), { ...bounds, maxText: 1000 });
        assert.equal(root.text, carried);
        assert.equal(attributeIn(root, '', 'a'), carried.replaceAll(/[\t\n]/g, ' ')); // XML 1.0, 3.3.3
      }),
    ));

  for (const [what, text, code] of [
    ['a level too many', '<a><b><c><d/></c></b></a>', 'xml.depth'],
    ['an element too many', '<a><b/><b/><b/><b/><b/></a>', 'xml.elements'],
    ['an attribute too many', '<a b="1" c="2" d="3"/>', 'xml.attributes'],
    ['a character too many, in pieces', '<a>123456<!-- -->78901</a>', 'xml.text'],
    ['a DOCTYPE', '<!DOCTYPE a><a/>', 'xml.doctype'],
    ['an entity', '<a>&b;</a>', 'xml.syntax'],
    ['a processing instruction', '<a><?b?></a>', 'xml.instruction'],
    ['two roots', '<a/><a/>', 'xml.syntax'],
    ['no root', '<!-- a -->', 'xml.syntax'],
    ['an attribute twice under two prefixes', '<a xmlns:x="u" xmlns:y="u" x:b="" y:b=""/>', 'xml.syntax'],
    ['a name that is a prototype’s and not declared', '<__proto__:a/>', 'xml.syntax'],
    ['XML 1.1 where it differs', '<?xml version="1.1"?><a>&#1;</a>', 'xml.syntax'],
  ] as const) {
    it(`refuses ${what}: ${code}`, () => assert.throws(() => readXml(text, bounds), refused(code)));
  }

  it('takes names that are those of a prototype', () => assert.equal(readXml('<__proto__ constructor="1"/>', bounds).name, '__proto__'));
});

describe('decodeXml', () => {
  const declared = (encoding: string): Buffer => Buffer.concat([Buffer.from(`<?xml version='1.0' encoding='${encoding}'?><a>`), Buffer.from([0xb3, 0xe0]), Buffer.from('</a>')]);

  it('believes the mark before the charset, and the charset before the declaration', () => {
    assert.equal(decodeXml(Buffer.from('\uFEFF赤', 'utf16le'), 'gbk'), '赤');
    assert.equal(decodeXml(Buffer.from('\uFEFF赤', 'utf16le').swap16(), undefined), '赤');
    assert.equal(decodeXml(Buffer.from('\uFEFF赤'), undefined), '赤');
    assert.match(decodeXml(declared('UTF-8'), 'GB2312'), /赤/);
    assert.match(decodeXml(declared('GB18030'), undefined), /赤/);
    assert.equal(decodeXml(Buffer.from('赤'), undefined), '赤');
  });

  it('refuses what it cannot read', () => {
    assert.throws(() => decodeXml(declared('UTF-8'), undefined), refused('xml.bytes'));
    assert.throws(() => decodeXml(declared('EBCDIC-CP-US'), undefined), refused('xml.encoding'));
    assert.throws(() => decodeXml(Buffer.from('a'), 'utf-7'), refused('xml.encoding'));
  });
});
