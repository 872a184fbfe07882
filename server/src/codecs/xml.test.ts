import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { DomainError } from '../kernel/errors.ts';
import { escapeXml, plainFrame, xmlDocument, xmlRowsEncoder } from './xml.ts';

const frame = plainFrame('response', [['success', 'true'], ['msg', '信息操作成功!']]);
const fields = [{ name: 'id' }, { name: '站名' }, { name: 'depth_m' }];

type Rows = readonly (readonly (string | null)[])[];

function encode(batches: readonly Rows[], total?: number): string {
  const encoder = xmlRowsEncoder(frame);
  const head = encoder.head(fields);
  const texts = batches.map((rows) => encoder.rows({ kind: 'cells', rows }));
  const summary = { rows: batches.flat().length };
  return [head, ...texts, encoder.tail(total === undefined ? summary : { ...summary, total })].join('');
}

/** What another's parser reads: the texts of the elements without children, by path, and the fields of each row. */
function read(xml: string): { texts: Record<string, string>; rows: Record<string, string>[] } {
  const texts: Record<string, string> = {};
  const rows: Record<string, string>[] = [];
  const path: string[] = [];
  let text = '';
  const parser = new SaxesParser({});
  parser.on('error', (error) => assert.fail(error));
  parser.on('opentag', ({ name }) => {
    if (path.join('/') === 'response/data') rows.push({});
    path.push(name);
    text = '';
  });
  parser.on('text', (more) => {
    text += more;
  });
  parser.on('closetag', ({ name }) => {
    const inRow = path.slice(0, 3).join('/') === 'response/data/row';
    if (inRow && path.length === 4) Object.assign(rows.at(-1) ?? {}, { [name]: text });
    else if (!inRow) texts[path.join('/')] = text;
    path.pop();
    text = '';
  });
  // By its bytes, as a caller gets it.
  parser.write(Buffer.from(xml).toString('utf8')).close();
  return { texts, rows };
}

/** XML 1.0, clause 2.2: Char. */
const isChar = (code: number): boolean =>
  code === 0x9 || code === 0xa || code === 0xd || (code >= 0x20 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd) || code >= 0x10000;
const carried = (text: string): string => Array.from(text, (character) => (isChar(character.codePointAt(0) ?? 0) ? character : '\uFFFD')).join('');

const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit }), fc.string({ unit: fc.constantFrom('&', '<', '>', '"', "'", ']', '\r', '\n', '\t', ' ', '\0', '\uFFFE', '\uD83C', '🌊') }));

describe('xmlRowsEncoder', () => {
  it('gives back every text through a strict parser; NULL is an absent element, an empty text is not', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.tuple(...fields.map(() => fc.option(anyText))))), (batches) => {
        const expected = batches.flat().map((cells) =>
          Object.fromEntries(cells.flatMap((cell, index) => (cell === null ? [] : [[fields[index]?.name, carried(cell)]]))),
        );
        assert.deepEqual(read(encode(batches)).rows, expected);
      }),
      { numRuns: 300 },
    );
  });

  it('frames as the gov face prints it', () => {
    assert.equal(
      encode([[['1', '赤湾', null]], [], [['2', '', '-1.50']]], 12),
      '<?xml version="1.0" encoding="UTF-8"?>\n<response><success>true</success><msg>信息操作成功!</msg><data>' +
        '<row><id>1</id><站名>赤湾</站名></row><row><id>2</id><站名></站名><depth_m>-1.50</depth_m></row></data><total>12</total></response>',
    );
    assert.deepEqual(read(encode([], 0)).texts, { 'response/success': 'true', 'response/msg': '信息操作成功!', 'response/data': '', 'response/total': '0', response: '' });
  });

  it('leaves out a total that was not counted', () => assert.equal('response/total' in read(encode([])).texts, false));

  it('refuses a name that is no XML name', () =>
    assert.throws(() => xmlRowsEncoder(frame).head([{ name: '水深(m)' }]), (error) => error instanceof DomainError && error.code === 'codec.xml.name'));

  it('refuses a row of another width, and JSON', () => {
    const encoder = xmlRowsEncoder(frame);
    encoder.head(fields);
    assert.throws(() => encoder.rows({ kind: 'cells', rows: [['1']] }), (error) => error instanceof DomainError && error.code === 'codec.width');
    assert.throws(() => encoder.rows({ kind: 'json', count: 0, text: '' }), (error) => error instanceof DomainError && error.code === 'codec.batch');
  });
});

describe('escapeXml', () => {
  it('replaces what XML 1.0 cannot carry by U+FFFD', () => assert.equal(escapeXml('a\0b\u000Bc\uD800d\uFFFFe🌊\u0085'), 'a\uFFFDb\uFFFDc\uFFFDd\uFFFDe🌊\u0085'));
  it('keeps a carriage return from being read as a line feed', () => assert.equal(escapeXml('a\r\nb'), 'a&#13;\nb'));
});

describe('xmlDocument', () => {
  it('writes a small document whole', () =>
    assert.deepEqual(read(xmlDocument('response', [['success', 'false'], ['msg', '<&>']])).texts, { 'response/success': 'false', 'response/msg': '<&>', response: '' }));
});
