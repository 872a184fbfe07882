import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { configFile, listenersOf } from './support/config-file.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { callObservers, granted, observers, shareObservers, shown } from './support/observers.ts';
import { dial, parseAnswer, rawRequest, sendBytes, untilClosed } from './support/raw-http.ts';

const SLOW_S = 1;
/** Far below the 60 s that the reader of raw answers waits. */
const PATIENCE_MS = 20_000;

let settings: Awaited<ReturnType<typeof configFile>>;
let node: StartedNode;
let appkey: string;

before(async () => {
  settings = await configFile({ listeners: listenersOf({ name: 'data', headSeconds: SLOW_S, requestSeconds: SLOW_S }, { name: 'other' }).map((listener) => ({ headSeconds: SLOW_S, requestSeconds: SLOW_S, ...listener })) });
  node = await startNode({ engine: 'pglite', env: { LINGQU_CONFIG: settings.path } });
  await shareObservers(node);
  appkey = (await granted(node, '正常使用方', {})).appkey;
});
after(async () => {
  await node.stop();
  await settings[Symbol.asyncDispose]();
});

/** After every attack: the node runs, and a normal call gives all that it gave. */
afterEach(async () => {
  assert.equal(node.process.exitCode, null);
  const { body } = await callObservers(node, appkey);
  assert.deepEqual(body.data, observers.map(shown));
});

const target = (): string => `/gov/v1/observers1?appkey=${appkey}`;
const get = (lines: readonly string[], path = target()): string => [`GET ${path} HTTP/1.1`, 'Host: lingqu', 'Connection: close', ...lines, '', ''].join('\r\n');
const answersIn = (bytes: Buffer): number => bytes.toString('latin1').split('HTTP/1.').length - 1;

const listeners: Readonly<Record<string, () => string>> = { data: () => node.dataUrl, management: () => node.managementUrl };
for (const [name, url] of Object.entries(listeners)) {
  describe(`what is no good HTTP, on the listener ${name}`, () => {
    it('[NDI-8.2c] headers over their bound: 431, whether one or many', async () => {
      for (const lines of [[`X-Long: ${'x'.repeat(20_000)}`], Array.from({ length: 1000 }, (_, index) => `X-Many-${index}: ${'y'.repeat(20)}`), [`Cookie: ${'z'.repeat(20_000)}`]]) {
        const { status, body } = await rawRequest(url(), get(lines));
        assert.equal(status, 431);
        assert.match(JSON.parse(body.toString()).msg, /16384/);
      }
      assert.equal((await rawRequest(url(), get([], `/${'a'.repeat(20_000)}`))).status, 431);
    });

    for (const [title, lines] of Object.entries({
      'two lengths': ['Content-Length: 5', 'Content-Length: 6'],
      'two lengths that are one': ['Content-Length: 5, 6'],
      'a length and chunks': ['Content-Length: 5', 'Transfer-Encoding: chunked'],
      'a negative length': ['Content-Length: -1'],
      'a length in hexadecimal': ['Content-Length: 0x5'],
      'a length with a sign': ['Content-Length: +5'],
      'another transfer coding': ['Transfer-Encoding: xchunked'],
      'a transfer coding after chunks': ['Transfer-Encoding: chunked, identity'],
      'a blank before the colon': ['Transfer-Encoding : chunked'],
      'a header without a colon': ['nonsense'],
      'a header with NUL': ['X-Bad: a\0b'],
      'a header with a bare CR': ['X-Bad: a\rb'],
    })) {
      it(`[NDI-8.2c] ${title}: 400, one answer, and what follows is no request`, async () => {
        const smuggled = `hello${get([])}`;
        const bytes = await sendBytes(url(), `POST ${target()} HTTP/1.1\r\nHost: lingqu\r\nContent-Type: application/json\r\n${lines.join('\r\n')}\r\n\r\n${smuggled}`);
        assert.equal(answersIn(bytes), 1, bytes.toString().slice(0, 300));
        assert.equal(parseAnswer(bytes).status, 400);
      });
    }

    it('[NDI-8.2c] a broken chunk ends the connection without data', async () => {
      const bytes = await sendBytes(url(), `POST ${target()} HTTP/1.1\r\nHost: lingqu\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n${get([])}`);
      assert.ok(answersIn(bytes) <= 1);
      assert.doesNotMatch(bytes.toString(), /"success":true/);
    });

    it('[NDI-8.2c] other protocols: TLS, HTTP/2, SSH, CONNECT, noise', async () => {
      for (const hello of [Buffer.from('16030100c8010000c40303', 'hex'), 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'SSH-2.0-OpenSSH_9.2\r\n', 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n', 'NONSENSE / HTTP/1.1\r\nHost: x\r\n\r\n', Buffer.alloc(2000, 0xff)]) {
        const bytes = await sendBytes(url(), hello);
        assert.doesNotMatch(bytes.toString(), /"success":true|HTTP\/1\.1 2\d\d/);
      }
    });

    it('[NDI-8.2c] an upgrade to a WebSocket is not made', async () => {
      const key = ['Upgrade: websocket', 'Connection: Upgrade, close', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
      const { status, headers } = await rawRequest(url(), ['GET /nothing HTTP/1.1', 'Host: lingqu', ...key, '', ''].join('\r\n'));
      assert.notEqual(status, 101);
      assert.equal(headers['upgrade'], undefined);
      assert.equal(headers['sec-websocket-accept'], undefined);
    });

    it('[NDI-8.2c] paths that climb, and the form of proxies, lead nowhere', async () => {
      const paths = ['/gov/v1/../../../../etc/passwd', '/gov/v1/..%2f..%2f..%2fetc%2fpasswd', '/gov/v1/%2e%2e/%2e%2e/api/v1/node', '/gov/v1/observers1/../../../api/v1/users', '/gov/v1/..\\..\\api', '//api/v1/users', '/gov/v1/%00', `http://127.0.0.1/api/v1/users`, '/szsea/api/sharing/....//....//etc/passwd', '/gov/v1/%ff', '*'];
      for (const path of paths) {
        const bytes = await sendBytes(url(), get([], path));
        assert.ok(bytes.length > 0, path);
        const { status, body, headers } = parseAnswer(bytes);
        const refused = (status >= 400 && status < 500) || (headers['x-status'] ?? '').startsWith('4');
        assert.ok(refused, `${path}: ${status} ${body.toString().slice(0, 200)}`);
        assert.doesNotMatch(body.toString(), /root:|"items"/);
      }
    });

    it('[NDI-8.2c] a head that does not come to its end is cut', async () => {
      const begun = performance.now();
      const bytes = await sendBytes(url(), 'GET / HTTP/1.1\r\nHost: lingqu\r\nX-Slow: ');
      assert.equal(parseAnswer(bytes).status, 408);
      assert.ok(performance.now() - begun < PATIENCE_MS);
    });

    it('[NDI-8.2c] a connection on which nothing is said is cut', async () => {
      await untilClosed(await dial(url()));
    });

    it('[NDI-8.2c] a head that drips is cut all the same', async () => {
      const socket = await dial(url());
      const closed = untilClosed(socket);
      drip(socket, 'GET / HTTP/1.1\r\nHost: lingqu\r\nX-Slow: ');
      assert.equal(parseAnswer(await closed).status, 408);
    });

    it('[NDI-8.2c] a body that does not come to its end is cut, and a body that drips', async () => {
      const path = name === 'data' ? target() : '/api/v1/session';
      const head = `POST ${path} HTTP/1.1\r\nHost: lingqu\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`;
      const bytes = await sendBytes(url(), head);
      assert.doesNotMatch(bytes.toString(), /HTTP\/1\.1 2/);
      const socket = await dial(url());
      const closed = untilClosed(socket);
      drip(socket, head);
      assert.doesNotMatch((await closed).toString(), /HTTP\/1\.1 2/);
    });

    it('[NDI-8.2c] a body that is refused unread does not hold the connection', async () => {
      const socket = await dial(url());
      const closed = untilClosed(socket);
      drip(socket, `POST /api/v1/imports?name=x HTTP/1.1\r\nHost: lingqu\r\nContent-Type: text/csv\r\nContent-Length: 1000000\r\n\r\na,b`);
      const { status, headers } = parseAnswer(await closed);
      assert.ok(status === 401 || status === 404, String(status));
      assert.equal(headers['connection'], 'close');
    });
  });
}

/** Sends what is given, and then a character now and then until the other side has enough. */
function drip(socket: Socket, head: string): void {
  socket.write(head);
  const timer = setInterval(() => void (socket.writable && socket.write('a')), 100);
  socket.once('close', () => clearInterval(timer));
}

describe('files to import', () => {
  const types = { CSV: 'text/csv', XLSX: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' };
  for (const [name, type] of Object.entries(types)) {
    it(`may take longer to arrive than other bodies: ${name}`, async () => {
      const socket = await dial(node.managementUrl);
      const closed = untilClosed(socket);
      const characters = SLOW_S * 30; // of which `drip` sends ten in a second
      drip(socket, `POST /api/v1/imports?name=dripped HTTP/1.1\r\nHost: lingqu\r\nConnection: close\r\nAuthorization: Bearer ${node.operatorToken}\r\nContent-Type: ${type}\r\nContent-Length: ${characters}\r\n\r\n`);
      const { status, headers } = parseAnswer(await closed);
      assert.ok(status !== 408 && headers['x-request-id'] !== undefined, String(status)); // whatever it says of the file, it has read it
    });
  }
});

describe('headers that an answer repeats', () => {
  it('[NDI-8.2c] no line of a caller’s own gets into an answer by X-Request-Id, traceparent or a parameter’s name', async () => {
    const evil = 'a%0d%0aSet-Cookie:%20x=1%0d%0a%0d%0a<script>';
    for (const lines of [[`X-Request-Id: ${evil}`], ['X-Request-Id: abcdefgh\\r\\nSet-Cookie: x=1'], ['X-Request-Id: abcdefgh\u00ff\u00ff'], [`traceparent: ${evil}`], ['X-Request-Id: aaaaaaaa', 'X-Request-Id: bbbbbbbb']]) {
      const bytes = await sendBytes(node.dataUrl, Buffer.from(get(lines), 'latin1'));
      const { status, headers } = parseAnswer(bytes);
      assert.equal(status, 200);
      assert.equal(headers['set-cookie'], undefined);
      assert.match(headers['x-request-id'] ?? '', /^[0-9a-f-]{36}$/);
    }
    const named = await rawRequest(node.dataUrl, get([], `${target()}&${evil}=1`));
    assert.deepEqual([named.status, named.headers['set-cookie'], named.headers['content-type']], [400, undefined, 'application/json; charset=utf-8']);
  });

  it('a connection that was read to its end is kept for the next request', async () => {
    const { headers } = await callObservers(node, appkey);
    assert.equal(headers.get('connection'), 'keep-alive');
  });
});
