import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { DomainError } from '../kernel/errors.ts';
import { readBody, requireBodyType } from './request-body.ts';

const bounds = { maxBytes: 1000, maxInflatedBytes: 5000 };
const read = (body: Buffer, contentEncoding?: string): Promise<Buffer> => readBody(Readable.from([body.subarray(0, 3), body.subarray(3)]), bounds, { contentEncoding });
const fails = (kind: string, code: string) => (error: unknown) => error instanceof DomainError && error.kind === kind && error.code === code;

const text = Buffer.from('{"input_station":"赤湾"}');

describe('readBody', () => {
  it('reads a plain body', async () => assert.deepEqual(await read(text), text));
  it('reads nothing', async () => assert.equal((await readBody(Readable.from([]), bounds, { contentEncoding: 'gzip' })).length, 0));
  for (const [coding, body] of [
    ['gzip', gzipSync(text)],
    ['X-GZIP', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateSync(text, { level: 1 })],
    ['deflate', deflateRawSync(text)],
    ['identity', text],
  ] as const) {
    it(`reads ${coding} (${body.subarray(0, 2).toString('hex')}…)`, async () => assert.deepEqual(await read(body, coding), text));
  }

  it('takes a body of just the bound', async () => assert.equal((await read(Buffer.alloc(1000))).length, 1000));
  it('refuses one byte more', () => assert.rejects(read(Buffer.alloc(1001)), fails('too-large', 'request.body.too-large')));
  it('refuses by Content-Length before it reads', async () => {
    const stream = new PassThrough();
    await assert.rejects(readBody(stream, bounds, { contentLength: '1001' }), fails('too-large', 'request.body.too-large'));
    assert.equal(stream.readableFlowing, null);
  });
  for (const [coding, bomb] of [
    ['gzip', gzipSync(Buffer.alloc(500_000))],
    ['deflate', deflateSync(Buffer.alloc(500_000))],
    ['deflate', deflateRawSync(Buffer.alloc(500_000))],
  ] as const) {
    it(`refuses a ${coding} bomb of ${bomb.length} bytes`, () => assert.rejects(read(bomb, coding), fails('too-large', 'request.body.too-large')));
  }
  for (const coding of ['br', 'gzip, gzip', 'zstd', 'compress']) {
    it(`refuses the coding ${coding}`, () => assert.rejects(read(brotliCompressSync(text), coding), fails('unsupported-media-type', 'request.body.encoding')));
  }
  for (const [coding, body] of [
    ['gzip', text],
    ['gzip', gzipSync(text).subarray(0, 20)],
    ['deflate', deflateSync(text).subarray(0, 10)],
    ['deflate', Buffer.from([0x78])],
  ] as const) {
    it(`refuses broken ${coding} (${body.length} bytes)`, () => assert.rejects(read(body, coding), fails('malformed-request', 'request.body.compression')));
  }
  it('fails when the caller goes away', async () => {
    for (const error of [undefined, new Error('reset')]) {
      const stream = new PassThrough();
      const reading = readBody(stream, bounds);
      stream.write('{"a"');
      stream.destroy(error);
      await assert.rejects(reading, fails('malformed-request', 'request.body.interrupted'));
    }
  });

  it('leaves the connection fit for the answer when a body is too large', async () => {
    const server = createServer((request, response) => {
      readBody(request, bounds).then(
        () => response.end(),
        (error: unknown) => response.writeHead(error instanceof DomainError && error.kind === 'too-large' ? 413 : 500, { connection: 'close' }).end('too large'),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const sending = httpRequest({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', method: 'POST' });
    sending.on('error', () => {}); // what is sent after the answer meets a closed connection
    sending.write(Buffer.alloc(2000));
    const [response] = (await once(sending, 'response')) as [Readable & { statusCode: number }];
    assert.equal(response.statusCode, 413);
    assert.equal(Buffer.concat(await response.toArray()).toString(), 'too large');
    sending.destroy();
    server.close();
  });
});

describe('requireBodyType', () => {
  const allowed = ['application/json'];
  for (const type of [undefined, 'application/json', 'Application/JSON; charset=utf-8', 'application/json;charset="UTF8"', 'application/json; boundary=x']) {
    it(`takes ${type ?? 'no type'}`, () => assert.doesNotThrow(() => requireBodyType(type, allowed)));
  }
  for (const type of ['application/xml', 'text/xml', 'application/soap+xml', 'application/json+xml', 'text/plain', '', ';', 'application/json;charset=gbk', 'application/json; charset = utf-16']) {
    it(`refuses ${type}`, () => assert.throws(() => requireBodyType(type, allowed), fails('unsupported-media-type', 'request.media-type')));
  }
});
