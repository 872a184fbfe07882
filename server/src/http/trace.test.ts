import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceIdOf } from './trace.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const rest = `${trace}-00f067aa0ba902b7-01`;

test('A traceparent of version 00 is taken as it stands, of a later one as far as it is known', () => {
  for (const header of [`00-${rest}`, `01-${rest}`, `01-${rest}-what-the-future-brings`, `fe-${rest}-`]) assert.equal(traceIdOf(header), trace, header);
});

test('What is no traceparent is replaced by a new trace', () => {
  const strange = [undefined, '', `00-${rest}-more`, `00-${rest}0`, `01-${rest}more`, `ff-${rest}`, `0-${rest}`, `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `00-${trace}-${'0'.repeat(16)}-01`, `00-${rest.toUpperCase()}`, [`00-${rest}`, `00-${rest}`]];
  for (const header of strange) {
    const made = traceIdOf(header);
    assert.match(made, /^[0-9a-f]{32}$/);
    assert.notEqual(made, trace, String(header));
  }
});
