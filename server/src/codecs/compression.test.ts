import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { createGunzip, createInflate, gunzipSync, inflateSync } from 'node:zlib';
import { codingHeaders, compress, compressor } from './compression.ts';

const body = Buffer.from('{"station":"赤湾","depth_m":1.25},'.repeat(1000));

describe('compress', () => {
  it('writes gzip', async () => assert.deepEqual(gunzipSync(await compress('gzip', body)), body));
  it('writes deflate in the zlib format', async () => assert.deepEqual(inflateSync(await compress('deflate', body)), body));
  it('leaves identity alone', async () => assert.equal(await compress('identity', body), body));
  it('saves bytes', async () => assert.ok((await compress('gzip', body)).length < body.length / 10));
});

describe('compressor', () => {
  for (const [coding, decompressor] of [['gzip', createGunzip], ['deflate', createInflate]] as const) {
    it(`lets a reader of ${coding} see each batch before the next is written`, async () => {
      const compressing = compressor(coding);
      assert.ok(compressing !== null);
      const reading = compressing.pipe(decompressor()).setEncoding('utf8');
      for (const batch of ['first,', 'second,', 'third']) {
        compressing.write(batch);
        assert.deepEqual(await once(reading, 'data'), [batch]);
      }
      compressing.end();
      reading.resume();
      await once(reading, 'end');
    });
  }
  it('is none for identity', () => assert.equal(compressor('identity'), null));
});

describe('codingHeaders', () => {
  it('names the coding, and by what the answer varies', () => {
    assert.deepEqual(codingHeaders('gzip'), { vary: 'Accept, Accept-Encoding', 'content-encoding': 'gzip' });
    assert.deepEqual(codingHeaders('identity'), { vary: 'Accept, Accept-Encoding' });
  });
});
