import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DomainError } from '../kernel/errors.ts';
import { jsonArrayEncoder } from './json.ts';

const seaLike = () => jsonArrayEncoder('{"success":true,"data":[', ({ rows, total }) => `],"rows":${rows}${total === undefined ? '' : `,"total":${total}`}}`);

describe('jsonArrayEncoder', () => {
  it('joins batches of any size, empty ones too, into one array', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.jsonValue())), (batches) => {
        const encoder = seaLike();
        const head = encoder.head([]);
        const texts = batches.map((values) =>
          encoder.rows({ kind: 'json', count: values.length, text: values.map((value) => JSON.stringify(value)).join(',') }),
        );
        const rows = batches.flat().length;
        const body = [head, ...texts, encoder.tail({ rows, total: 7 })].join('');
        assert.equal(body, JSON.stringify({ success: true, data: batches.flat(), rows, total: 7 }));
      }),
    );
  });

  it('writes an empty array for no rows', () => {
    const encoder = seaLike();
    assert.equal(encoder.head([]) + encoder.tail({ rows: 0 }), '{"success":true,"data":[],"rows":0}');
  });

  it('refuses cells', () => assert.throws(() => seaLike().rows({ kind: 'cells', rows: [] }), (error) => error instanceof DomainError && error.kind === 'internal'));
});
