import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { callObservers, granted, observers, shareObservers, shown } from './support/observers.ts';
import { rawRequest } from './support/raw-http.ts';

let node: StartedNode;
let appkey: string;

before(async () => {
  node = await startNode({ engine: 'pglite' });
  await shareObservers(node);
  appkey = (await granted(node, '正常使用方', {})).appkey;
});
after(() => node.stop());

/** After every attack: the node runs, and a normal call gives all that it gave. */
afterEach(async () => {
  assert.equal(node.process.exitCode, null);
  const { body } = await callObservers(node, appkey);
  assert.deepEqual(body.data, observers.map(shown));
});

const bomb = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">${Array.from({ length: 30 }, (_, level) => `<!ENTITY a${level} "${`&a${level === 0 ? '' : level - 1};`.repeat(10)}">`).join('')}]><station>&a29;</station>`;
const thief = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]><station>&file;</station>';
const deep = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);

interface Attack {
  readonly title: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code: string;
}

const json = { 'content-type': 'application/json' };

/** What GOV's face is sent by POST. */
const onFaces: readonly Attack[] = [
  { title: 'an XML entity bomb', body: bomb, headers: { 'content-type': 'application/xml' }, status: 415, code: 'request.media-type' },
  { title: 'an XML external entity', body: thief, headers: { 'content-type': 'application/xml' }, status: 415, code: 'request.media-type' },
  { title: 'XML that says it is JSON', body: bomb, headers: json, status: 400, code: 'request.json.syntax' },
  { title: 'a form', body: 'station=x', headers: { 'content-type': 'application/x-www-form-urlencoded' }, status: 415, code: 'request.media-type' },
  { title: 'another charset', body: '{}', headers: { 'content-type': 'application/json; charset=gbk' }, status: 415, code: 'request.media-type' },
  { title: '__proto__', body: '{"__proto__":{"polluted":1}}', headers: json, status: 400, code: 'request.json.syntax' },
  { title: '__proto__ in escapes', body: '{"\\u005f_proto__":"x"}', headers: json, status: 400, code: 'request.json.syntax' },
  { title: 'constructor.prototype', body: '{"constructor":{"prototype":{"polluted":1}}}', headers: json, status: 400, code: 'request.json.depth' },
  { title: 'constructor as a parameter', body: '{"constructor":"x"}', headers: json, status: 400, code: 'policy.parameter.unknown' },
  { title: 'an object as a value', body: '{"station":{"$ne":null}}', headers: json, status: 400, code: 'request.parameter.type' },
  { title: 'an array as a value', body: '{"station":["x"]}', headers: json, status: 400, code: 'request.parameter.type' },
  { title: 'an array as the body', body: '[]', headers: json, status: 400, code: 'request.json.not-object' },
  { title: 'no JSON', body: '{station:1}', headers: json, status: 400, code: 'request.json.syntax' },
  { title: 'a parameter twice', body: '{"station":"a","station":"b"}', headers: json, status: 400, code: 'request.parameter.duplicate' },
  { title: 'a parameter twice in two cases', body: '{"station":"a","STATION":"b"}', headers: json, status: 400, code: 'request.parameter.duplicate' },
  { title: 'bytes that are not UTF-8', body: Buffer.from([0x7b, 0x22, 0x73, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]), headers: json, status: 400, code: 'request.encoding' },
  { title: 'overlong UTF-8', body: Buffer.concat([Buffer.from('{"station":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]), headers: json, status: 400, code: 'request.encoding' },
  { title: 'NUL', body: '{"station":"a\\u0000b"}', headers: json, status: 400, code: 'request.encoding' },
  { title: 'a lone surrogate', body: '{"station":"\\ud83c"}', headers: json, status: 400, code: 'request.encoding' },
  { title: 'a body over its bound', body: JSON.stringify({ station: 'x'.repeat(70_000) }), headers: json, status: 413, code: 'request.body.too-large' },
  { title: 'a value over its bound', body: JSON.stringify({ station: 'x'.repeat(1001) }), headers: json, status: 400, code: 'policy.parameter.too-long' },
  { title: '200,000 levels', body: deep(200_000), headers: json, status: 413, code: 'request.body.too-large' },
  { title: '40,000 levels, compressed', body: gzipSync(deep(40_000)), headers: { ...json, 'content-encoding': 'gzip' }, status: 400, code: 'request.json.depth' },
  { title: 'a gzip bomb', body: gzipSync(Buffer.alloc(30_000_000, 0x20)), headers: { ...json, 'content-encoding': 'gzip' }, status: 413, code: 'request.body.too-large' },
  { title: 'a deflate bomb', body: deflateSync(Buffer.alloc(30_000_000, 0x20)), headers: { ...json, 'content-encoding': 'deflate' }, status: 413, code: 'request.body.too-large' },
  { title: 'gzip in gzip', body: gzipSync(gzipSync('{}')), headers: { ...json, 'content-encoding': 'gzip, gzip' }, status: 415, code: 'request.body.encoding' },
  { title: 'broken gzip', body: gzipSync('{"station":"x"}').subarray(0, 12), headers: { ...json, 'content-encoding': 'gzip' }, status: 400, code: 'request.body.compression' },
  { title: 'another compression', body: '{}', headers: { ...json, 'content-encoding': 'br' }, status: 415, code: 'request.body.encoding' },
];

const bytesOf = (body: string | Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(body));

describe('bodies that a face is sent', () => {
  for (const { title, body, headers = {}, status, code } of onFaces) {
    it(`[NDI-8.2c] ${title}: ${code}`, async () => {
      const response = await fetch(`${node.dataUrl}/gov/v1/observers1?appkey=${appkey}`, { method: 'POST', headers, body: bytesOf(body) });
      const answer = (await response.json()) as Json;
      assert.deepEqual([response.status, answer.code, answer.data], [status, code, []], JSON.stringify(answer).slice(0, 300));
    });
  }

  for (const type of ['text/xml; charset=utf-8', 'application/soap+xml']) {
    it(`[NDI-8.2c] a bomb and an external entity as ${type} are refused by a fault that tells nothing of either`, async () => {
      for (const body of [bomb, thief]) {
        const response = await fetch(`${node.dataUrl}/gov/v1/observers1?appkey=${appkey}`, { method: 'POST', headers: { 'content-type': type }, body });
        const text = await response.text();
        assert.equal(response.headers.get('x-status'), '400');
        assert.match(text, /xml\.doctype/);
        assert.doesNotMatch(text, /root:|haha/);
      }
    });
  }

  it('[NDI-8.2c] SEA’s GET with a body is bounded alike', async () => {
    for (const { title, body, headers = {}, status } of onFaces) {
      const bytes = bytesOf(body);
      const lines = [`GET /szsea/api/sharing/observers1?appkey=${appkey} HTTP/1.1`, 'Host: lingqu', 'Connection: close', `Content-Length: ${bytes.length}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', ''];
      const answer = await rawRequest(node.dataUrl, Buffer.concat([Buffer.from(lines.join('\r\n')), bytes]));
      assert.deepEqual([answer.status, answer.headers['x-status']], [200, String(status)], title);
    }
  });

  it('[NDI-8.2c] a body in chunks that tells no length is bounded too', async () => {
    const chunk = Buffer.from(`8000\r\n${' '.repeat(0x8000)}\r\n`);
    const head = `POST /gov/v1/observers1?appkey=${appkey} HTTP/1.1\r\nHost: lingqu\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const answer = await rawRequest(node.dataUrl, Buffer.concat([Buffer.from(head), chunk, chunk, chunk]));
    assert.deepEqual([answer.status, JSON.parse(answer.body.toString()).code], [413, 'request.body.too-large']);
  });
});

describe('queries that a face is sent', () => {
  const many = (count: number): string => Array.from({ length: count }, (_, index) => `p${index}=1`).join('&');
  const cases: readonly (readonly [title: string, query: string, status: number, code: string])[] = [
    ['__proto__', '__proto__=1', 400, 'policy.parameter.unknown'],
    ['constructor', 'constructor=1', 400, 'policy.parameter.unknown'],
    ['prototype', 'prototype=1', 400, 'policy.parameter.unknown'],
    ['toString', 'toString=1', 400, 'policy.parameter.unknown'],
    ['__proto__ in brackets', '__proto__%5Bx%5D=1&constructor%5Bprototype%5D%5Bx%5D=1', 400, 'policy.parameter.unknown'],
    ['a parameter twice', 'station=a&station=b', 400, 'request.parameter.duplicate'],
    ['a parameter twice in two cases', 'station=a&STATION=b', 400, 'request.parameter.duplicate'],
    ['a page number twice', 'pageNum=1&pageNum=2&pageSize=1', 400, 'request.parameter.duplicate'],
    ['bytes that are not UTF-8', 'station=%ff%fe', 400, 'request.encoding'],
    ['overlong UTF-8', 'station=%c0%af', 400, 'request.encoding'],
    ['a surrogate in UTF-8', 'station=%ed%a0%bd', 400, 'request.encoding'],
    ['a broken escape', 'station=%zz', 400, 'request.encoding'],
    ['NUL', 'station=a%00b', 400, 'request.encoding'],
    ['NUL in a name', 'sta%00tion=a', 400, 'request.encoding'],
    ['a value without a name', '=1', 400, 'request.parameter.nameless'],
    ['101 parameters', many(101), 413, 'request.query.too-large'],
    ['a value over its bound', `station=${'x'.repeat(1001)}`, 400, 'policy.parameter.too-long'],
    ['a value over its bound in characters of four bytes', `station=${encodeURIComponent('🌊'.repeat(1001))}`, 400, 'policy.parameter.too-long'],
    ['201 values', `station=${'x,'.repeat(200)}x`, 400, 'policy.parameter.too-many'],
  ];
  for (const [title, query, status, code] of cases) {
    it(`[NDI-8.2c] ${title}: ${code}`, async () => {
      const response = await fetch(`${node.dataUrl}/gov/v1/observers1?${query}`, { headers: { appkey } });
      const answer = (await response.json()) as Json;
      assert.deepEqual([response.status, answer.code], [status, code], JSON.stringify(answer).slice(0, 300));
      const onSea = await fetch(`${node.dataUrl}/szsea/api/sharing/observers1?${query}${code === 'request.query.too-large' ? '' : `&appkey=${appkey}`}`);
      assert.deepEqual([onSea.status, onSea.headers.get('x-status')], [200, String(status)]);
    });
  }

  it('[NDI-8.2c] a key in two places is refused: header and query, bearer and header, query and body, twice in the query', async () => {
    const url = `${node.dataUrl}/gov/v1/observers1`;
    const twice: readonly (readonly [string, RequestInit, string])[] = [
      [`${url}?appkey=${appkey}`, { headers: { appkey } }, 'credential.twice'],
      [url, { headers: { appkey, authorization: `Bearer ${appkey}` } }, 'credential.twice'],
      [`${url}?appkey=${appkey}`, { headers: { authorization: `Bearer ${appkey}` } }, 'credential.twice'],
      [`${url}?appkey=${appkey}&appKey=x`, {}, 'request.parameter.duplicate'],
      [`${url}?appkey=${appkey}`, { method: 'POST', headers: json, body: JSON.stringify({ appKey: appkey }) }, 'request.parameter.duplicate'],
    ];
    for (const [target, init, code] of twice) {
      const response = await fetch(target, init);
      assert.deepEqual([response.status, ((await response.json()) as Json).code], [400, code]);
    }
  });
});
