import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { dial, untilClosed } from './support/raw-http.ts';
import { make, refusal } from './support/sharing.ts';
import { endsOf, startRawUpstream, startRelayStage, startUpstream, type RelayStage } from './support/upstream.ts';

const operations = [{ name: 'get' }, { name: 'post', method: 'POST', body: { fixed: { a: 1 } } }];
/** As short as they may be, so that each patience ends within the test's. */
const hasty = { connectSeconds: 1, headSeconds: 1, idleSeconds: 1, breaker: { failures: 1000 }, operations };
const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n';

interface Case {
  readonly name: string;
  /** What the upstream does with a request. */
  readonly does: (socket: import('node:net').Socket) => void;
  readonly status: number;
  readonly code: string;
  /** Requests that reach the upstream of one call: what is safe is asked once more. */
  readonly asked?: number;
  readonly operation?: 'get' | 'post';
}

/** Before a byte of the answer has left: an error of its own each. */
const unbegun: readonly Case[] = [
  { name: 'hangs', does: () => {}, status: 504, code: 'upstream.head-timeout' },
  { name: 'redirects to the metadata address', does: (socket) => socket.write('HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest/meta-data/\r\ncontent-length: 0\r\n\r\n'), status: 503, code: 'upstream.redirect' },
  { name: 'answers 404', does: (socket) => socket.write('HTTP/1.1 404 Not Found\r\ncontent-length: 6\r\n\r\nsecret'), status: 503, code: 'upstream.status' },
  { name: 'answers 500', does: (socket) => socket.write('HTTP/1.1 500 Oops\r\ncontent-length: 6\r\n\r\nsecret'), status: 503, code: 'upstream.status' },
  { name: 'answers 206 unasked', does: (socket) => socket.write('HTTP/1.1 206 Partial\r\ncontent-length: 6\r\n\r\nsecret'), status: 503, code: 'upstream.status' },
  { name: 'resets after a request that changes nothing', does: (socket) => socket.resetAndDestroy(), status: 503, code: 'upstream.reset', asked: 2 },
  { name: 'closes after a request that changes nothing', does: (socket) => socket.end(), status: 503, code: 'upstream.reset', asked: 2 },
  { name: 'resets after a request that may change something', does: (socket) => socket.resetAndDestroy(), status: 503, code: 'upstream.reset', operation: 'post' },
  { name: 'speaks no HTTP', does: (socket) => socket.write('SSH-2.0-OpenSSH\r\n\r\n'), status: 503, code: 'upstream.malformed' },
  { name: 'sends endless headers', does: (socket) => socket.write(`${head}x: ${'a'.repeat(40_000)}\r\n\r\n`), status: 503, code: 'upstream.malformed' },
  { name: 'drips a small answer', does: (socket) => drip(socket, `${head}content-length: 100\r\n\r\n`), status: 504, code: 'upstream.slow' },
  { name: 'stops in a small answer', does: (socket) => socket.write(`${head}content-length: 100\r\n\r\nabc`), status: 504, code: 'upstream.idle' },
  { name: 'ends short of its length', does: (socket) => socket.end(`${head}content-length: 100\r\n\r\nabc`), status: 503, code: 'upstream.short' },
  { name: 'tells neither length nor end', does: (socket) => socket.end('HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\n\r\nabc'), status: 503, code: 'upstream.length' },
  { name: 'compresses though asked not to', does: (socket) => socket.write(`${head}content-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc`), status: 503, code: 'upstream.encoding' },
];

const megabyte = 'x'.repeat(1024 * 1024);

/** After its first bytes have left: a cut, which never looks whole. */
const amid: readonly Pick<Case, 'name' | 'does' | 'code'>[] = [
  { name: 'ends short of its length', does: (socket) => socket.end(`${head}content-length: ${3 * 1024 * 1024}\r\n\r\n${megabyte}`), code: 'upstream.short' },
  { name: 'ends in the middle of a chunk', does: (socket) => socket.end(`${head}transfer-encoding: chunked\r\n\r\n100000\r\n${megabyte}\r\n100000\r\nabc`), code: 'upstream.short' },
  { name: 'ends without its last chunk', does: (socket) => socket.end(`${head}transfer-encoding: chunked\r\n\r\n100000\r\n${megabyte}\r\n`), code: 'upstream.short' },
  { name: 'breaks its chunks', does: (socket) => socket.write(`${head}transfer-encoding: chunked\r\n\r\n100000\r\n${megabyte}\r\nnonsense\r\n`), code: 'upstream.malformed' },
  { name: 'resets', does: (socket) => socket.write(`${head}content-length: ${3 * 1024 * 1024}\r\n\r\n${megabyte}`, () => setTimeout(() => socket.resetAndDestroy(), 200)), code: 'upstream.short' },
  { name: 'stops', does: (socket) => socket.write(`${head}content-length: ${3 * 1024 * 1024}\r\n\r\n${megabyte}`), code: 'upstream.idle' },
  { name: 'drips', does: (socket) => drip(socket, `${head}content-length: ${3 * 1024 * 1024}\r\n\r\n${megabyte}`), code: 'upstream.slow' },
];

/** A byte every 200 ms until the other side has had enough. */
function drip(socket: import('node:net').Socket, beginning: string): void {
  socket.write(beginning);
  const timer = setInterval(() => socket.write('x'), 200);
  socket.once('close', () => clearInterval(timer));
}

describe('[SEA-8.1c] an upstream that misbehaves before its answer has begun', () => {
  let stage: RelayStage;
  before(async () => {
    stage = await startRelayStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  for (const [index, { name, does, status, code, asked = 1, operation = 'get' }] of unbegun.entries()) {
    it(`${name}: ${code}`, async () => {
      let mute = true;
      await using upstream = await startRawUpstream((socket) => (mute ? socket.write(`${head}content-length: 0\r\n\r\n`) : does(socket)));
      const product = `before${index}`;
      await stage.addSource(product, upstream, hasty);
      await stage.relay(product, product, operation);
      mute = false;
      const already = upstream.requests.length;
      const answer = await stage.call(product);
      const text = await answer.text();
      assert.deepEqual({ status: answer.status, code: JSON.parse(text).code }, { status, code }, text);
      assert.equal(upstream.requests.length - already, asked);
      for (const secret of ['secret', String(upstream.port), '127.0.0.1', '169.254']) assert.ok(!text.includes(secret), text);
      assert.deepEqual(await endsOf(stage.node, product), [`whole failed ${code}`]);
    });
  }
});

describe('[SEA-8.1c] an upstream that misbehaves in the middle of its answer', () => {
  let stage: RelayStage;
  before(async () => {
    stage = await startRelayStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  for (const [index, { name, does, code }] of amid.entries()) {
    it(`${name}: a cut, ${code}`, async () => {
      let mute = true;
      await using upstream = await startRawUpstream((socket) => (mute ? socket.write(`${head}content-length: 0\r\n\r\n`) : does(socket)));
      const product = `amid${index}`;
      await stage.addSource(product, upstream, hasty);
      await stage.relay(product, product, 'get');
      mute = false;
      const answer = await stage.call(product);
      assert.equal(answer.status, 200);
      await assert.rejects(answer.arrayBuffer());
      assert.deepEqual(await endsOf(stage.node, product), ['intent allowed', `outcome cut ${code}`]);
    });
  }

  it('a cut never looks whole on the wire, chunked coding included', async () => {
    let mute = true;
    await using upstream = await startRawUpstream((socket) => (mute ? socket.write(`${head}content-length: 0\r\n\r\n`) : socket.end(`${head}transfer-encoding: chunked\r\n\r\n100000\r\n${megabyte}\r\n`)));
    await stage.addSource('wire', upstream, hasty);
    await stage.relay('wire', 'wire', 'get');
    mute = false;
    const socket = await dial(stage.node.dataUrl);
    const all = untilClosed(socket);
    socket.write(`GET /gov/v1/wire HTTP/1.1\r\nhost: x\r\nappkey: ${stage.holder.appkey}\r\n\r\n`);
    const bytes = (await all).toString('latin1');
    assert.match(bytes, /transfer-encoding: chunked/i);
    assert.ok(!bytes.endsWith('0\r\n\r\n'));
  });
});

describe('[SEA-8.1c] what may not be called, and whom not to trust', () => {
  const certificate = readFileSync(path.join(import.meta.dirname, 'support/certificate/certificate.pem'), 'utf8');
  const key = readFileSync(path.join(import.meta.dirname, 'support/certificate/key.pem'), 'utf8');
  const ok = (_request: unknown, response: ServerResponse): void => void response.end('ok');
  let stage: RelayStage;
  before(async () => {
    stage = await startRelayStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  const refused = async (url: string, settings: object = {}): Promise<string> => {
    const { code, detail } = await refusal(stage.node, 'POST', '/sources', { body: { name: 'refused', type: 'http', settings: { baseUrl: url, ...hasty, ...settings } } });
    assert.ok(!detail.includes('127.0.0.1'));
    return code;
  };

  it('an address that nobody opened: by name, by number, by the port of our own listeners', async () => {
    for (const url of ['http://169.254.169.254/', 'http://[::1]:9/', 'http://127.9.9.9:9/', 'http://[fd00:ec2::254]/', 'http://0.0.0.0:9/']) assert.equal(await refused(url), 'upstream.address', url);
    await using upstream = await startUpstream(ok);
    assert.equal(await refused(`http://[::ffff:127.0.0.2]:${upstream.port}`), 'upstream.address');
    assert.equal(await refused(stage.node.managementUrl), 'upstream.address');
    assert.equal(await refused(stage.node.dataUrl), 'upstream.address');
  });

  it('a certificate that nobody vouches for, and one of a known authority', async () => {
    await using upstream = await startUpstream(ok, { cert: certificate, key });
    assert.equal(await refused(upstream.url), 'upstream.certificate');
    const source = await make(stage.node, 'POST', '/sources', { body: { name: 'tls', type: 'http', settings: { baseUrl: upstream.url, ...hasty, ca: certificate } } });
    assert.equal(source.probe.about.status, '200');
  });

  it('no TLS where TLS is expected, nobody at the port, no such name', async () => {
    await using upstream = await startUpstream(ok);
    assert.equal(await refused(upstream.url.replace('http:', 'https:')), 'upstream.tls');
    assert.equal(await refused('http://127.0.0.1:1/'), 'upstream.unreachable');
    assert.equal(await refused('http://no-such-host.invalid/'), 'upstream.host');
  });
});

describe('[SEA-8.1c] an upstream that keeps failing', () => {
  it('is left alone for a while, and then tried by one call', async () => {
    let well = true;
    await using stage = await startRelayStage();
    await using upstream = await startUpstream((_request, response) => {
      response.statusCode = well ? 200 : 500;
      response.end('x');
    });
    await stage.addSource('ailing', upstream, { ...hasty, breaker: { failures: 3, restSeconds: 1 } });
    await stage.relay('ailing', 'ailing', 'get');
    const codeOf = async (): Promise<string> => {
      const answer = await stage.call('ailing');
      const text = await answer.text();
      return answer.ok ? 'ok' : JSON.parse(text).code;
    };
    assert.equal(await codeOf(), 'ok');
    well = false;
    assert.deepEqual([await codeOf(), await codeOf(), await codeOf()], ['upstream.status', 'upstream.status', 'upstream.status']);
    const asked = upstream.requests.length;
    assert.equal(await codeOf(), 'upstream.resting');
    assert.equal(upstream.requests.length, asked);
    well = true;
    let code = 'upstream.resting';
    for (const deadline = performance.now() + 10_000; code === 'upstream.resting' && performance.now() < deadline; ) code = await codeOf();
    assert.equal(code, 'ok');
    assert.equal(upstream.requests.length, asked + 1);
  });
});
