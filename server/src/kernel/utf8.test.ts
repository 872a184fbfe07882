import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { utf8Of } from './utf8.ts';

test('any text, of any length, is written as Buffer.from writes it', () => {
  const unit = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '香港', '🌊', 'a', '\ud800', '\udfff', '\0', 'é'));
  fc.assert(fc.property(unit, fc.integer({ min: 0, max: 5_000 }), unit, (part, times, end) => {
    const text = part.repeat(Math.min(times, Math.ceil(20_000 / Math.max(1, part.length)))) + end;
    assert.ok(utf8Of(text).equals(Buffer.from(text)));
  }), { numRuns: 300 });
});
