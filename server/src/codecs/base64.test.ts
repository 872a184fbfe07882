import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { base64Lines, base64LinesOf, base64Of } from './base64.ts';

async function* inPieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const cut of [...cuts, bytes.length].toSorted((a, b) => a - b)) {
    yield bytes.subarray(from, cut);
    from = cut;
  }
}

const joined = async (pieces: AsyncIterable<string>): Promise<string> => (await Array.fromAsync(pieces)).join('');

describe('Base64 in lines', () => {
  it('breaks after every 76 characters, and not at the end', () => {
    for (const size of [0, 1, 56, 57, 58, 113, 114, 115, 5_000]) {
      const bytes = randomBytes(size);
      assert.equal(base64Lines(bytes, '\n'), bytes.toString('base64').replaceAll(/(.{76})(?=.)/g, '$1\n'));
    }
  });

  it('is the same of bytes that come in pieces, however they are cut', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), fc.array(fc.nat(500), { maxLength: 8 }), async (array, cuts) => {
        const bytes = Buffer.from(array);
        const within = cuts.filter((cut) => cut <= bytes.length);
        assert.equal(await joined(base64LinesOf(inPieces(bytes, within), '|')), base64Lines(bytes, '|'));
        assert.equal(await joined(base64Of(inPieces(bytes, within))), bytes.toString('base64'));
      }),
    ));
});
