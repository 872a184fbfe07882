import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeAgr } from '../../../../client/src/index.ts';
import { sealingOf } from './seal.ts';

const beside = (key: string): { key: string } => ({ key });
const settings = (['SM4', 'AES', 'DES', 'none'] as const).flatMap((cipher) => (['none', 'Gzip', 'Deflate'] as const).map((compression) => ({ cipher, compression })));
const content = JSON.stringify({ data: Array.from({ length: 400 }, (_, id) => ({ id, 站: '赤湾🌊' })), limit: -1, page: 1, total: 400 });

/** Cut anywhere but within a character. */
const piecesOf = (text: string, size: number): string[] => {
  const characters = [...text];
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, index) => characters.slice(index * size, (index + 1) * size).join(''));
};

async function* given(pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces;
}

describe('the seal of AGR annex B', () => {
  for (const each of settings) {
    it(`opens to what was sealed, by ${each.cipher} over ${each.compression}: whole, and as a stream in pieces of any size`, async () => {
      const sealing = sealingOf(each, beside);
      assert.equal(decodeAgr((await sealing.whole(Buffer.from(content))).toString()), content);
      for (const size of [1, 7, 1000, content.length]) assert.equal(decodeAgr((await Array.fromAsync(sealing.stream(given(piecesOf(content, size))))).join('')), content);
    });

    it(`fails with its pieces, and gives nothing before the first, by ${each.cipher} over ${each.compression}`, async () => {
      const failing: AsyncIterable<string> = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('the source is gone')) }) };
      await assert.rejects(sealingOf(each, beside).stream(failing).next(), /the source is gone/);
      const breaking = async function* (): AsyncGenerator<string> {
        yield content;
        throw new Error('broke off');
      };
      await assert.rejects(Array.fromAsync(sealingOf(each, beside).stream(breaking())), /broke off/);
    });

    it(`lets go of its pieces when its reader leaves, by ${each.cipher} over ${each.compression}`, async () => {
      const released = Promise.withResolvers<void>();
      const endless = async function* (): AsyncGenerator<string> {
        try {
          for (;;) yield content;
        } finally {
          released.resolve();
        }
      };
      const stream = sealingOf(each, beside).stream(endless());
      await stream.next();
      await stream.return(undefined);
      await released.promise;
    });
  }
});
