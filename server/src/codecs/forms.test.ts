import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { fieldTypes } from '../modules/policy/index.ts';
import { wireForms } from '../modules/resources/index.ts';
import type { RowsEncoder } from './encoder.ts';
import { csvRowsEncoder } from './csv.ts';
import { faces, wireTable, type Face } from './forms.ts';
import { jsonArrayEncoder } from './json.ts';
import { soapFrame } from './soap.ts';
import { plainFrame, xmlRowsEncoder } from './xml.ts';

interface Example {
  readonly json: string;
  readonly cell: string;
}

const contract = parse(readFileSync(path.join(import.meta.dirname, '../../../spec/wire-values.yaml'), 'utf8'), { version: '1.2' }) as {
  readonly faces: unknown;
  readonly nulls: Readonly<Record<string, string>>;
  readonly forms: Readonly<Record<string, { readonly examples: readonly Example[] }>>;
};

describe('spec/wire-values.yaml', () => {
  it('is the table that the node uses', () => assert.deepEqual(contract.faces, wireTable));

  it('explains each form, and no other', () => assert.deepEqual(Object.keys(contract.forms).toSorted(), [...wireForms].toSorted()));

  it('explains each way of writing NULL', () =>
    assert.deepEqual(Object.keys(contract.nulls).toSorted(), [...new Set(faces.map((face) => wireTable[face].null))].toSorted()));

  for (const face of faces) {
    it(`says for ${face} how each field type is written`, () => assert.deepEqual(Object.keys(wireTable[face].types).toSorted(), [...fieldTypes].toSorted()));
  }

  const encoders: Readonly<Record<Face, RowsEncoder>> = {
    sea: jsonArrayEncoder('', () => ''),
    'gov-json': jsonArrayEncoder('', () => ''),
    'gov-xml': xmlRowsEncoder(plainFrame('response', [])),
    'gov-csv': csvRowsEncoder({ reader: 'machine' }),
    'gov-soap': xmlRowsEncoder(soapFrame('1.1', '', '')),
    agr: jsonArrayEncoder('', () => ''),
  };
  for (const face of faces) {
    it(`names for ${face} the media type and the shape of rows that its encoder has`, () => {
      const { contentType, reads } = encoders[face];
      assert.deepEqual({ mediaType: contentType.split(';')[0], reads }, { mediaType: wireTable[face].mediaType, reads: wireTable[face].reads });
    });
  }

  for (const face of ['gov-xml', 'gov-csv', 'gov-soap'] as const) {
    it(`writes NULL for ${face} as its encoder does`, () => {
      const encoder = encoders[face];
      encoder.head([{ name: 'a' }, { name: 'b' }]);
      const written = { null: 'null', absent: '<row><b></b></row>', empty: ',""\r\n', nil: '<row><a xsi:nil="true"/><b></b></row>' }[wireTable[face].null];
      assert.equal(encoder.rows({ kind: 'cells', rows: [[null, '']] }), written);
    });
  }

  for (const [form, { examples }] of Object.entries(contract.forms)) {
    for (const { json, cell } of examples) {
      it(`${form}: ${json} says in JSON what ${JSON.stringify(cell)} says in a cell`, () => {
        const encoder = jsonArrayEncoder('[', () => ']');
        const body = encoder.head([]) + encoder.rows({ kind: 'json', count: 1, text: json }) + encoder.tail({ rows: 1 });
        const [value] = JSON.parse(body) as [unknown];
        if (typeof value === 'string') assert.equal(value, cell);
        else assert.equal(json, cell);
      });
    }
  }
});
