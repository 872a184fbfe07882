import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync, inflateSync } from 'node:zlib';
import { configFile, listenersOf } from './support/config-file.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { rawRequest } from './support/raw-http.ts';
import { giveGrant, journalOf, newHolder } from './support/sharing.ts';
import { shareTides, type Tide } from './support/tides.ts';

const certificate = path.join(import.meta.dirname, 'support/certificate/certificate.pem');
const key = path.join(import.meta.dirname, 'support/certificate/key.pem');
const config = {
  listeners: listenersOf(
    { name: 'data' },
    { name: 'secure', tls: { certificate, key } },
    { name: 'behind-proxy', trustedProxies: ['127.0.0.0/8'] },
    { name: 'behind-another', trustedProxies: ['10.9.9.9', '2001:db8::/32'] },
    { name: 'narrow', allow: ['192.0.2.0/24', '2001:db8::/32'], trustedProxies: ['127.0.0.1'] },
  ),
};

let settings: Awaited<ReturnType<typeof configFile>>;
let node: StartedNode;
let appkey: string;
let rows: Tide[];
/** May only be used from 203.0.113.7 and from a network of IPv6. */
let boundKey: string;

before(async () => {
  settings = await configFile(config);
  node = await startNode({ engine: 'pglite', env: { LINGQU_CONFIG: settings.path } });
  const shared = await shareTides(node, { days: 20, listeners: ['data', 'secure', 'behind-proxy', 'behind-another', 'narrow'] });
  rows = shared.rows;
  appkey = shared.holder.appkey;
  const bound = await newHolder(node, '固定出口应用');
  boundKey = bound.appkey;
  await giveGrant(node, bound.name, 'cwgcsssj', { addresses: ['203.0.113.7', '2001:db8:5::/48'] });
});
after(async () => {
  await node.stop();
  await settings[Symbol.asyncDispose]();
});

const urlOf = (listener: string): string => node.urls[listener] ?? '';

/** A request of raw bytes; the node closes after its answer. */
const get = (target: string, headers: Readonly<Record<string, string>> = {}, version = '1.1'): ReturnType<typeof rawRequest> =>
  rawRequest(urlOf('data'), [`GET ${target} HTTP/${version}`, 'Host: lingqu', 'Connection: close', ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n'));

/** More than 1,000 rows come as a stream, a page in one piece. */
const sizes = { stream: '', page: '&pageNum=2&pageSize=500' };
const codings = [['gzip', gunzipSync], ['deflate', inflateSync]] as const;
const tried = codings.flatMap(([coding, open]) => Object.entries(sizes).map(([size, page]) => ({ coding, open, size, page })));
const answers = { '/szsea/api/sharing/cwgcsssj': 'application/json', '/gov/v1/cwgcsssj': 'application/json', '/gov/v1/cwgcsssj?': 'application/xml', '/gov/v1/cwgcsssj?needTotal=false': 'text/csv' };

describe('compression', () => {
  for (const [target, accept] of Object.entries(answers)) {
    for (const { coding, open, size, page } of tried) {
      it(`[AGR-7.2f] ${coding} by Accept-Encoding: ${target} as ${accept}, a ${size}, opens to what comes uncompressed`, async () => {
        const query = `${target.includes('?') ? '&' : '?'}appkey=${appkey}${page}`;
        const [plain, packed] = [await get(target + query, { accept }), await get(target + query, { accept, 'accept-encoding': coding })];
        assert.equal(plain.status, 200);
        assert.equal(plain.headers['content-encoding'], undefined);
        assert.equal(packed.headers['content-encoding'], coding);
        assert.match(packed.headers['vary'] ?? '', /accept-encoding/i);
        assert.ok(packed.body.length < plain.body.length / 2, `${packed.body.length} of ${plain.body.length}`);
        assert.deepEqual(open(packed.body), plain.body);
      });
    }
  }

  it('a coding that the node has not is refused by its code', async () => {
    const response = await get(`/gov/v1/cwgcsssj?appkey=${appkey}`, { 'accept-encoding': 'br;q=1, identity;q=0' });
    assert.equal(response.status, 406);
    assert.equal(JSON.parse(response.body.toString()).code, 'answer.encoding');
  });
});

describe('protocols', () => {
  it('[GOV-proto] HTTP/1.0: a client that knows no chunks and no Host gets a whole answer that ends with the connection', async () => {
    const { status, headers, body } = await rawRequest(urlOf('data'), `GET /szsea/api/sharing/cwgcsssj?appkey=${appkey} HTTP/1.0\r\n\r\n`);
    assert.equal(status, 200);
    assert.equal(headers['transfer-encoding'], undefined);
    const answer = JSON.parse(body.toString());
    assert.ok(rows.length > 1000);
    assert.equal(answer.total, rows.length);
    assert.deepEqual(answer.data, rows);
    const page = await rawRequest(urlOf('data'), `GET /szsea/api/sharing/cwgcsssj?pageNum=1&pageSize=3&appkey=${appkey} HTTP/1.0\r\n\r\n`);
    assert.deepEqual(JSON.parse(page.body.toString()).data, rows.slice(0, 3));
  });

  const answerOver = { http: plain, https: secure };
  for (const [protocol, send] of Object.entries(answerOver)) {
    for (const method of ['GET', 'POST'] as const) {
      it(`[GOV-proto] [AGR-7.2c] ${method} over ${protocol} answers JSON`, async () => {
        const asked = { input_station: '盐田', start_time: '2022-09-02', end_time: '2022-09-02' };
        const text = method === 'GET' ? await send('GET', `?${new URLSearchParams({ ...asked, appkey }).toString()}`) : await send('POST', '', JSON.stringify({ ...asked, appkey }));
        const wanted = rows.filter((row) => row.stationname === '盐田' && row.timestamp.startsWith('2022-09-02'));
        assert.equal(wanted.length, 24);
        assert.deepEqual(JSON.parse(text).data, wanted.map((row) => ({ ...row, timestamp: `${row.timestamp.replace(' ', 'T')}+08:00` })));
      });
    }
  }

  async function plain(method: string, query: string, body?: string): Promise<string> {
    const response = await fetch(`${urlOf('data')}/gov/v1/cwgcsssj${query}`, { method, ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }) });
    return response.text();
  }

  async function secure(method: string, query: string, body = ''): Promise<string> {
    assert.match(urlOf('secure'), /^https:/);
    const ca = await readFile(certificate);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const headers = body === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = httpsRequest(`${urlOf('secure')}/gov/v1/cwgcsssj${query}`, { method, ca, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => resolve(text)).on('error', reject);
    });
    sent.on('error', reject).end(body);
    return promise;
  }

  it('[GOV-proto] plain HTTP on the HTTPS listener gets no data', async () => {
    const url = urlOf('secure').replace('https', 'http');
    const data = await rawRequest(url, `GET /gov/v1/cwgcsssj?appkey=${appkey} HTTP/1.1\r\nHost: lingqu\r\nConnection: close\r\n\r\n`).catch(() => undefined);
    assert.ok(data === undefined || data.status === 400, `${data?.status}`);
  });
});

describe('identifiers of a request', () => {
  it('[NDI-7.3.2t] a caller’s own X-Request-Id is kept, returned, and found in the journal', async () => {
    for (const target of ['/szsea/api/sharing/cwgcsssj', '/gov/v1/cwgcsssj']) {
      const requestId = `flood-2026:${target.length}.a_b`;
      const response = await fetch(`${node.dataUrl}${target}?pageNum=1&pageSize=2&appkey=${appkey}`, { headers: { 'x-request-id': requestId } });
      assert.equal(response.headers.get('x-request-id'), requestId);
      const [record, ...others] = await journalOf(node, requestId);
      assert.deepEqual(others, []);
      assert.equal(record.productCode, 'cwgcsssj');
      assert.equal(record.rows, 2);
      assert.equal(record.result, 'allowed');
    }
  });

  for (const [what, given] of Object.entries({ short: 'abc', long: 'a'.repeat(65), blank: 'a b c d e f', markup: '<script>alert(1)</script>' })) {
    it(`one that is not sane (${what}) is replaced`, async () => {
      const response = await fetch(`${node.dataUrl}/gov/v1/cwgcsssj?pageNum=1&pageSize=1&appkey=${appkey}`, { headers: { 'x-request-id': given } });
      const requestId = response.headers.get('x-request-id') ?? '';
      assert.match(requestId, /^[0-9a-f-]{36}$/);
      assert.equal((await journalOf(node, requestId)).length, 1);
    });
  }

  it('[NDI-7.3.2t] the trace of W3C traceparent stands in the journal; one that is no trace is replaced', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    for (const [traceparent, expected] of [[`00-${traceId}-00f067aa0ba902b7-01`, traceId], [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, undefined], ["00-'; DROP TABLE journal; --", undefined]] as const) {
      const response = await fetch(`${node.dataUrl}/gov/v1/cwgcsssj?pageNum=1&pageSize=1&appkey=${appkey}`, { headers: { traceparent } });
      const [record] = await journalOf(node, response.headers.get('x-request-id') ?? '');
      if (expected === undefined) assert.match(record.traceId, /^[0-9a-f]{32}$/);
      else assert.equal(record.traceId, expected);
    }
  });
});

describe('the caller’s address', () => {
  const cases: readonly (readonly [title: string, listener: string, headers: Readonly<Record<string, string>>, allowed: boolean])[] = [
    ['X-Forwarded-For from a listed proxy', 'behind-proxy', { 'x-forwarded-for': '203.0.113.7' }, true],
    ['the last address before the proxies counts, not what the caller wrote before it', 'behind-proxy', { 'x-forwarded-for': '203.0.113.7, 198.51.100.1' }, false],
    ['what the caller wrote before his own address changes nothing', 'behind-proxy', { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' }, true],
    ['a listed proxy in between is passed over', 'behind-proxy', { 'x-forwarded-for': '203.0.113.7, 127.0.0.9' }, true],
    ['RFC 7239 from a listed proxy', 'behind-proxy', { forwarded: 'for=203.0.113.7;proto=https' }, true],
    ['RFC 7239 with IPv6 and a port', 'behind-proxy', { forwarded: 'for="[2001:db8:5::17]:4711"' }, true],
    ['RFC 7239 with another IPv6', 'behind-proxy', { forwarded: 'for="[2001:db8:6::17]"' }, false],
    ['RFC 7239 with several', 'behind-proxy', { forwarded: 'for=203.0.113.7, for=198.51.100.1' }, false],
    ['RFC 7239 that hides the caller', 'behind-proxy', { forwarded: 'for=_hidden' }, false],
    ['RFC 7239 that cannot be read', 'behind-proxy', { forwarded: 'for="203.0.113.7' }, false],
    ['a Forwarded of the caller’s own beside the X-Forwarded-For of the proxy', 'behind-proxy', { forwarded: 'for=203.0.113.7', 'x-forwarded-for': '198.51.100.1' }, false],
    ['an X-Forwarded-For of the caller’s own beside the Forwarded of the proxy', 'behind-proxy', { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=198.51.100.1' }, false],
    ['both headers with one caller', 'behind-proxy', { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.7' }, true],
    ['X-Forwarded-For that is no address', 'behind-proxy', { 'x-forwarded-for': "203.0.113.7' OR 1=1" }, false],
    ['X-Forwarded-For from a proxy that is not listed', 'behind-another', { 'x-forwarded-for': '203.0.113.7' }, false],
    ['RFC 7239 from a proxy that is not listed', 'behind-another', { forwarded: 'for=203.0.113.7' }, false],
    ['X-Forwarded-For where no proxy is listed', 'data', { 'x-forwarded-for': '203.0.113.7' }, false],
    ['no header at all', 'behind-proxy', {}, false],
  ];
  for (const [title, listener, headers, allowed] of cases) {
    it(`[AGR-8.3d] ${title}: ${allowed ? 'allowed' : 'refused'}`, async () => {
      const response = await fetch(`${urlOf(listener)}/gov/v1/cwgcsssj?pageNum=1&pageSize=1&appkey=${boundKey}`, { headers });
      const body = (await response.json()) as { success: boolean; code?: string };
      assert.deepEqual([response.status, body.code], allowed ? [200, undefined] : [403, 'policy.addresses']);
    });
  }

  for (const [from, status] of [['192.0.2.44', 200], ['2001:db8::44', 200], ['192.0.3.1', 403], ['2001:db9::1', 403], ['::ffff:192.0.2.1', 200]] as const) {
    it(`[NDI-8.2b] a listener’s own allow list: ${from} ${status === 200 ? 'may use it' : 'may not'}`, async () => {
      const response = await fetch(`${urlOf('narrow')}/gov/v1/cwgcsssj?pageNum=1&pageSize=1&appkey=${appkey}`, { headers: { 'x-forwarded-for': from } });
      assert.equal(response.status, status);
      if (status === 403) assert.match(((await response.json()) as { msg: string }).msg, /白名单/);
    });
  }
});

describe('answers of a data listener', () => {
  it('are no pages: nosniff, sandbox, not stored', async () => {
    for (const target of ['/szsea/api/sharing/cwgcsssj', '/gov/v1/cwgcsssj', '/gov/v1/cwgcsssj/openapi.json', '/nowhere']) {
      const { headers } = await fetch(`${node.dataUrl}${target}?pageNum=1&pageSize=1&appkey=${appkey}`);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.match(headers.get('content-security-policy') ?? '', /sandbox/);
      assert.equal(headers.get('cache-control'), 'no-store');
    }
  });
});
