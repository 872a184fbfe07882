import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvRowsEncoder, neutraliseFormula } from './csv.ts';

type Rows = readonly (readonly (string | null)[])[];
const fields = [{ name: 'id' }, { name: '站名, 中文' }, { name: '=depth' }];

function encode(reader: 'machine' | 'people', batches: readonly Rows[]): string {
  const encoder = csvRowsEncoder({ reader });
  const head = encoder.head(fields);
  const texts = batches.map((rows) => encoder.rows({ kind: 'cells', rows }));
  return [head, ...texts, encoder.tail({ rows: 0 })].join('');
}

/** What another's parser reads of the bytes; an empty cell without quotes is NULL. */
const read = (csv: string): (string | null)[][] =>
  parse(Buffer.from(csv), { record_delimiter: '\r\n', cast: (value, { quoting }) => (value === '' && !quoting ? null : value) });

const unit = fc.constantFrom(',', '"', '\r', '\n', ' ', '\t', ';', '=', '-', '1', '赤', '🌊', '\uFEFF', '\0');
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit }));
const anyRows = fc.array(fc.array(fc.tuple(...fields.map(() => fc.option(anyText)))));

describe('csvRowsEncoder', () => {
  it('gives back every text through another parser, NULL apart from the empty text', () => {
    fc.assert(
      fc.property(anyRows, (batches) => {
        assert.deepEqual(read(encode('machine', batches)), [fields.map(({ name }) => name), ...batches.flat()]);
      }),
      { numRuns: 300 },
    );
  });

  it('writes RFC 4180 with CRLF and without a mark for machines', () => {
    assert.equal(encode('machine', [[['1', null, '']], [['a"b', '=1+1', '-1.5']]]), 'id,"站名, 中文",=depth\r\n1,,""\r\n"a""b",=1+1,-1.5\r\n');
  });

  it('writes a mark and harmless cells for people', () => {
    assert.equal(encode('people', [[['1', null, ''], ['-1.5', '=1+1', '@a,b']]]), '\uFEFFid,"站名, 中文",\'=depth\r\n1,,""\r\n-1.5,\'=1+1,"\'@a,b"\r\n');
  });
});

describe('neutraliseFormula', () => {
  for (const cell of ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '－a', '+', '-', "=cmd|' /C calc'!A0", '-1e', '+1 ']) {
    it(`alters ${JSON.stringify(cell)}`, () => assert.equal(neutraliseFormula(cell), `'${cell}`));
  }
  for (const cell of ['', '0', '-1', '-1.5', '+8613800000000', '1e10', '-1.5E-7', '2026-01-01', '赤湾', 'a=b', "'"]) {
    it(`leaves ${JSON.stringify(cell)}`, () => assert.equal(neutraliseFormula(cell), cell));
  }
});
