import assert from 'node:assert/strict';
import { createCipheriv, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { decodeAgr } from './agr.ts';
import { LingquProblem } from './problem.ts';

const golden = path.join(import.meta.dirname, '../../spec/agr-annex-b');
const printed = readFileSync(path.join(golden, 'answer.json'), 'utf8');

const KEY = '00112233445566778899aabbccddeeff';
const content = '{"data":[{"站":"赤湾","n":9007199254740993}],"limit":-1,"page":1,"total":1}';

const sealers = {
  SM4: () => createCipheriv('sm4-cbc', Buffer.from(KEY, 'hex'), '1234567812345678'),
  AES: () => createCipheriv('aes-256-cbc', KEY, '1234567812345678'),
  DES: () => createCipheriv('des-ede3-cbc', KEY.slice(0, 8).repeat(3), '12345678'),
};

const compressed = (bytes: Buffer, algorithm: string): string => JSON.stringify({ compressStr: bytes.toString('base64'), compressionAlgorithm: algorithm });

const answerOf = (data: unknown): string => JSON.stringify({ code: 0, msg: 'success', dev: null, data, timestamp: 1 });

function sealed(text: string, encType: keyof typeof sealers, extra: object = {}): string {
  const cipher = sealers[encType]();
  return answerOf({ encType, encData: Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64'), key: KEY, ...extra });
}

const refusedAs = (code: string) => (error: unknown) => error instanceof LingquProblem && error.code === code;

describe('an answer of AGR annex B', () => {
  it('opens as it is printed, with the stray blank', () => assert.equal(decodeAgr(printed), readFileSync(path.join(golden, 'content.json'), 'utf8').trimEnd()));

  for (const cipher of Object.keys(sealers) as (keyof typeof sealers)[]) {
    for (const [name, inner] of Object.entries({
      'nothing compressed': content,
      Gzip: compressed(gzipSync(content), 'Gzip'),
      'Deflate in the zlib format': compressed(deflateSync(content), 'Deflate'),
      'Deflate without it': compressed(deflateRawSync(content), 'deflate'),
    })) {
      it(`opens by ${cipher}, ${name}`, () => assert.equal(decodeAgr(sealed(inner, cipher)), content));
    }
  }

  it('opens where nothing is encrypted, every digit kept', () => {
    assert.equal(decodeAgr(`{"code":0,"msg":"","dev":null,"data":${content},"timestamp":1}`), content);
    assert.equal(decodeAgr(answerOf(JSON.parse(compressed(gzipSync(content), 'Gzip')))), content);
  });

  it('opens by the private key whose public one wrapped its key', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const wrapped = { key: publicEncrypt({ key: publicKey, oaepHash: 'sha256' }, Buffer.from(KEY)).toString('base64'), keyAlg: 'RSA-OAEP-256' };
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    assert.equal(decodeAgr(sealed(content, 'SM4', wrapped), { privateKey: pem }), content);
    assert.throws(() => decodeAgr(sealed(content, 'SM4', wrapped)), refusedAs('agr.key.wrapped'));
    assert.throws(() => decodeAgr(sealed(content, 'SM4', wrapped), { privateKey: other }), refusedAs('agr.key.unwrap'));
    assert.throws(() => decodeAgr(sealed(content, 'SM4', wrapped), { privateKey: 'no key' }), refusedAs('agr.private-key'));
    assert.throws(() => decodeAgr(sealed(content, 'SM4', { ...wrapped, keyAlg: 'SM2' }), { privateKey: pem }), refusedAs('agr.private-key'));
    assert.throws(() => decodeAgr(sealed(content, 'SM4', { ...wrapped, keyAlg: 'RSA1_5' }), { privateKey: pem }), refusedAs('agr.key.algorithm'));
  });
});

describe('what is no such answer', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['text', 'hello', 'agr.envelope'],
    ['another JSON', '[]', 'agr.envelope'],
    ['an error', '{"code":401,"msg":"授权码无效","dev":"换一个","data":null,"timestamp":1}', 'agr.refused'],
    ['nothing', '{"code":0,"msg":"success","dev":null,"data":null,"timestamp":1}', 'agr.envelope'],
    ['an unknown cipher', sealed(content, 'SM4', { encType: 'RC4' }), 'agr.cipher'],
    ['the name of a property for a cipher', sealed(content, 'SM4', { encType: 'constructor' }), 'agr.cipher'],
    ['a short key', sealed(content, 'SM4', { key: 'abc' }), 'agr.key'],
    ['another key', sealed(content, 'SM4', { key: KEY.replaceAll('0', '1') }), 'agr.decrypt'],
    ['no Base64', sealed(content, 'SM4', { encData: '赤湾' }), 'agr.base64'],
    ['half a block', sealed(content, 'SM4', { encData: 'AAAA' }), 'agr.decrypt'],
    ['an unknown compression', sealed(compressed(gzipSync(content), 'Brotli'), 'AES'), 'agr.compression'],
    ['compressed data cut short', sealed(compressed(gzipSync(content).subarray(0, 30), 'Gzip'), 'AES'), 'agr.inflate'],
    ['what is not JSON inside', sealed('赤湾', 'DES'), 'agr.content'],
    ['what is not JSON inside of that', sealed(compressed(gzipSync('赤湾'), 'Gzip'), 'DES'), 'agr.content'],
  ];
  for (const [name, answer, code] of cases) it(`is refused: ${name}`, () => assert.throws(() => decodeAgr(answer), refusedAs(code)));

  it('is refused where it would inflate beyond its bound', () => {
    const bomb = sealed(compressed(gzipSync(JSON.stringify('0'.repeat(100_000))), 'Gzip'), 'SM4');
    assert.throws(() => decodeAgr(bomb, { maxBytes: 10_000 }), refusedAs('agr.too-large'));
    assert.equal(decodeAgr(bomb, { maxBytes: 200_000 }).length, 100_002);
  });
});
