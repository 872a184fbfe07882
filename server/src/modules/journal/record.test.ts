import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { callEntry } from '../../../test/support/journal.ts';
import type { JournalRecord } from './index.ts';
import { canonicalForm, digestOf } from './record.ts';
import { checkNumbers, recordOfCall, recordOfEvent } from './record.ts';

interface Vectors {
  readonly vectors: readonly { readonly name: string; readonly record: JournalRecord; readonly canonical: string; readonly digest: string }[];
}

const vectors = JSON.parse(await readFile(new URL('../../../../spec/journal-record.json', import.meta.url), 'utf8')) as Vectors;
const place = { at: '2026-09-01T00:00:00.123Z', writer: '5f7d3b52-9a8e-4b2e-8d45-0d3c6a6a1f10', epoch: 7, sequence: 42 };

test('the canonical form and digest are those of the golden vectors', () => {
  assert.ok(vectors.vectors.length > 0);
  for (const { record, canonical, digest } of vectors.vectors) {
    assert.equal(canonicalForm(record), canonical);
    assert.equal(digestOf(record), digest);
    assert.equal(createHash('sha256').update(canonical, 'utf8').digest('hex'), digest);
  }
});

test('the canonical form is RFC 8785: every key but the digest, in the order of code units, numbers whole', () => {
  const record = recordOfCall(callEntry(), place, undefined);
  const { digest, ...unsigned } = record;
  const told = JSON.parse(canonicalForm(record)) as Record<string, unknown>;
  assert.deepEqual(told, unsigned);
  assert.deepEqual(Object.keys(told), Object.keys(unsigned).toSorted());
  for (const value of Object.values(told)) assert.ok(typeof value !== 'number' || Number.isSafeInteger(value));
  assert.match(digest, /^[0-9a-f]{64}$/);
});

test('a change of any field changes the digest', () => {
  const record = recordOfCall(callEntry(), place, undefined);
  for (const key of Object.keys(record).filter((name) => name !== 'digest')) {
    const value = record[key as keyof JournalRecord];
    const changed = { ...record, [key]: typeof value === 'number' ? value + 1 : `${String(value)}x` };
    assert.notEqual(digestOf(changed), record.digest, key);
  }
});

test('what PostgreSQL cannot hold is mended before the digest is taken', () => {
  const record = recordOfCall(callEntry({ actor: 'a\0b', details: 'half \ud83d of a pair', requestId: String.raw`looks like \u0000` }), place, undefined);
  assert.equal(record.actor, 'a\uFFFDb');
  assert.equal(record.details, 'half \uFFFD of a pair');
  assert.equal(record.requestId, String.raw`looks like \u0000`);
  assert.equal(record.digest, digestOf(record));
});

test('any text gives a record that UTF-8 and the canonical form hold', () => {
  const anyText = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\0', '\ud800', '\udfff', '\\u0000', '\\', '"'))).map((parts) => parts.join(''));
  fc.assert(
    fc.property(anyText, anyText, (actor, details) => {
      const record = recordOfCall(callEntry({ actor, details }), place, undefined);
      assert.ok(record.actor.isWellFormed() && record.details.isWellFormed());
      assert.ok(!`${record.actor}${record.details}`.includes('\0'));
      assert.equal(digestOf(record), record.digest);
    }),
  );
});

test('texts are bounded; a character cut in two becomes U+FFFD', () => {
  const record = recordOfCall(callEntry({ actor: 'x'.repeat(255) + '😀', details: 'y'.repeat(9_000) }), place, undefined);
  assert.equal(record.actor, 'x'.repeat(255) + '\uFFFD');
  assert.equal(record.details.length, 8_192);
});

test('numbers that the table cannot hold are refused', () => {
  for (const wrong of [{ rows: 1.5 }, { rows: -1 }, { bytes: 2 ** 53 }, { bytes: Number.NaN }, { status: 2 ** 31 }, { durationUs: -1 }, { durationUs: Number.NaN }, { durationUs: Infinity }, { productVersion: 0.5 }]) {
    assert.throws(() => checkNumbers(callEntry(wrong)), { code: 'journal.entry.number' }, JSON.stringify(wrong));
  }
  assert.doesNotThrow(() => checkNumbers(callEntry({ durationUs: 12.7, rows: 0, bytes: 2 ** 53 - 1 })));
});

test('an event leaves the fields of calls empty', () => {
  const record = recordOfEvent({ event: 'product.publish', actor: '张三', result: 'done', productCode: 'cwgcsssj' }, 'operation', place);
  const { stream, phase, event, actor, result, productCode, subjectId, status, rows } = record;
  assert.deepEqual({ stream, phase, event, actor, result, productCode, subjectId, status, rows }, {
    stream: 'operation', phase: 'whole', event: 'product.publish', actor: '张三', result: 'done', productCode: 'cwgcsssj', subjectId: '', status: 0, rows: 0,
  });
  assert.equal(digestOf(record), record.digest);
});
