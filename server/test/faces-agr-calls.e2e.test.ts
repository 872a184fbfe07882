import assert from 'node:assert/strict';
import { request as httpsRequest } from 'node:https';
import path from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { decodeAgr } from '../../client/src/index.ts';
import { agr, agrQuery, agrUrl, type AgrAnswer } from './support/agr.ts';
import { configFile, listenersOf } from './support/config-file.ts';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { giveGrant, journalOf, make, newHolder, publish } from './support/sharing.ts';
import { shareTides, tideProduct, type Tide } from './support/tides.ts';

const certificate = path.join(import.meta.dirname, 'support/certificate/certificate.pem');
const key = path.join(import.meta.dirname, 'support/certificate/key.pem');
const params = { input_station: '赤湾', start_time: '20220901', end_time: '2022-09-03' };
const form = 'application/x-www-form-urlencoded';

let settings: Awaited<ReturnType<typeof configFile>>;
let node: StartedNode;
let applyKey: string;
let rows: Tide[];
let productId: string;

before(async () => {
  settings = await configFile({ listeners: listenersOf({ name: 'data' }, { name: 'secure', tls: { certificate, key } }) });
  node = await startNode({ engine: 'pglite', env: { LINGQU_CONFIG: settings.path } });
  const shared = await shareTides(node, { days: 10, cap: 500, maxPageSize: 100, agr: { cipher: 'SM4', compression: 'Gzip' }, listeners: ['data', 'secure'] });
  applyKey = shared.holder.appkey;
  rows = shared.rows.filter((row) => row.stationname === '赤湾' && row.timestamp < '2022-09-04');
  productId = (await make(node, 'GET', '/products/cwgcsssj?which=newest')).id;
});
after(async () => {
  await node.stop();
  await settings[Symbol.asyncDispose]();
});

const dataOf = (text: string): Json => JSON.parse(decodeAgr(text)).data;
const call = (query: Readonly<Record<string, string>>, init: RequestInit = {}): Promise<AgrAnswer> => agr(agrUrl(node, query), init);
const post = (type: string, body: string, query: Readonly<Record<string, string>> = {}): Promise<AgrAnswer> => call(query, { method: 'POST', headers: { 'content-type': type }, body });

/** By HTTPS to a listener with a certificate of its own making. */
async function secure(method: string, query: Readonly<Record<string, string>>, type = '', body = ''): Promise<string> {
  const request = httpsRequest(agrUrl(node, query, 'secure'), { method, rejectUnauthorized: false, ...(type === '' ? {} : { headers: { 'content-type': type } }) });
  request.end(body);
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return textOf(answer);
}

describe('AGR’s interface', () => {
  it('[AGR-B] answers with the printed envelope and nothing else', async () => {
    const { status, headers, body } = await call(agrQuery('cwgcsssj', applyKey, params));
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
    assert.deepEqual(Object.keys(body), ['code', 'msg', 'dev', 'data', 'timestamp']);
    assert.deepEqual(Object.keys(body.data), ['encType', 'encData', 'key']);
    assert.deepEqual([body.code, body.msg, body.dev], [0, 'success', null]);
    assert.ok(Math.abs(Date.now() - body.timestamp) < 60_000);
  });

  const asked = (): Record<string, string> => agrQuery('cwgcsssj', applyKey, params);
  const ways: Readonly<Record<string, { readonly method: string; readonly query: () => Record<string, string>; readonly type?: string; readonly body?: () => string }>> = {
    GET: { method: 'GET', query: asked },
    'POST with a form': { method: 'POST', query: () => ({}), type: form, body: () => new URLSearchParams(asked()).toString() },
    'POST with JSON': { method: 'POST', query: () => ({}), type: 'application/json', body: () => JSON.stringify(asked()) },
    'POST with a query': { method: 'POST', query: asked },
  };
  for (const [name, { method, query, type, body }] of Object.entries(ways)) {
    it(`[AGR-7.2c] [AGR-B] gives the same rows by ${name}, over HTTP and HTTPS`, async () => {
      const plain = await call(query(), { method, ...(type === undefined ? {} : { headers: { 'content-type': type } }), ...(body === undefined ? {} : { body: body() }) });
      assert.deepEqual(dataOf(plain.text), rows, plain.body.msg);
      assert.deepEqual(dataOf(await secure(method, query(), type, body?.())), rows);
    });
  }

  it('[AGR-B] takes a product by its ID too, and names in any case', async () => {
    assert.deepEqual(dataOf((await call(agrQuery(productId, applyKey, params))).text), rows);
    assert.deepEqual(dataOf((await call({ INTERFACEID: 'cwgcsssj', applykey: applyKey, Params: JSON.stringify({ INPUT_STATION: '赤湾', Start_Time: '20220901', END_time: '2022-09-03' }) })).text), rows);
  });

  it('[AGR-B] pages by pageNum and pageSize, which join to the whole', async () => {
    const pages = await Promise.all(['1', '2', '3', '4'].map(async (pageNum) => JSON.parse(decodeAgr((await call(agrQuery('cwgcsssj', applyKey, params, { pageNum, pageSize: '20' }))).text))));
    assert.deepEqual(pages.flatMap(({ data }) => data), rows);
    assert.deepEqual(pages.map(({ limit, page, total }) => [limit, page, total]), ['1', '2', '3', '4'].map((page) => [20, Number(page), rows.length]));
  });

  it('[AGR-B] keeps applyId, requestUser and resId in the journal, and never the key', async () => {
    const requestId = `notes-${process.pid}`;
    await call({ ...agrQuery('cwgcsssj', applyKey, params), applyId: 'SQ-2026-1', requestUser: '张三', resId: '7' }, { headers: { 'x-request-id': requestId } });
    const [record] = await journalOf(node, requestId);
    assert.deepEqual(JSON.parse(record.details), { applyId: 'SQ-2026-1', requestUser: '张三', resId: '7', ...params });
    assert.deepEqual([record.face, record.status, record.rows, record.productCode], ['agr', 200, rows.length, 'cwgcsssj']);
    assert.equal(JSON.stringify(record).includes(applyKey), false);
  });
});

describe('AGR’s refusals', () => {
  interface Refused {
    readonly code: 500 | 401;
    readonly status: number;
    readonly reason: string;
  }
  const ask = (changes: Readonly<Record<string, string>>): (() => Promise<AgrAnswer>) => () => call({ ...agrQuery('cwgcsssj', applyKey, params), ...changes });
  const cases: Readonly<Record<string, readonly [() => Promise<AgrAnswer>, Refused]>> = {
    'no interfaceId': [() => call({ applyKey }), { code: 500, status: 400, reason: 'agr.interface.missing' }],
    'an interfaceId that is too long': [ask({ interfaceId: 'x'.repeat(65) }), { code: 500, status: 400, reason: 'agr.parameter.length' }],
    'an unknown interface': [ask({ interfaceId: 'nosuch' }), { code: 500, status: 404, reason: 'product.unknown' }],
    'no applyKey': [() => call({ interfaceId: 'cwgcsssj' }), { code: 401, status: 401, reason: 'credential.invalid' }],
    'a wrong applyKey': [ask({ applyKey: 'x'.repeat(32) }), { code: 401, status: 401, reason: 'credential.invalid' }],
    'params that are no JSON': [ask({ params: '{input_station=赤湾}' }), { code: 500, status: 400, reason: 'request.json.syntax' }],
    'params that are no object': [ask({ params: '[]' }), { code: 500, status: 400, reason: 'request.json.not-object' }],
    'params that are nested': [ask({ params: '{"input_station":{"eq":"赤湾"}}' }), { code: 500, status: 400, reason: 'request.json.depth' }],
    'params with a name twice': [ask({ params: '{"input_station":"赤湾","INPUT_STATION":"盐田"}' }), { code: 500, status: 400, reason: 'request.parameter.duplicate' }],
    'params with an unknown name': [ask({ params: '{"station":"赤湾"}' }), { code: 500, status: 400, reason: 'policy.parameter.unknown' }],
    'params that are too long': [() => post(form, new URLSearchParams(agrQuery('cwgcsssj', applyKey, { input_station: 'x'.repeat(20_000) })).toString()), { code: 500, status: 413, reason: 'request.query.too-large' }],
    'a parameter outside of params': [ask({ input_station: '赤湾' }), { code: 500, status: 400, reason: 'agr.parameter.unknown' }],
    'a note that is too long': [ask({ requestUser: '张'.repeat(129) }), { code: 500, status: 400, reason: 'agr.parameter.length' }],
    'a note with a line break': [ask({ applyId: '1\n2' }), { code: 500, status: 400, reason: 'agr.note.control' }],
    'a page without size': [ask({ pageNum: '2' }), { code: 500, status: 400, reason: 'page.size.missing' }],
    'a page that is too large': [ask({ pageNum: '1', pageSize: '101' }), { code: 500, status: 400, reason: 'policy.paging.limit' }],
    'more rows than the cap': [() => call(agrQuery('cwgcsssj', applyKey)), { code: 500, status: 413, reason: 'result.too-large' }],
    'a body of another type': [() => post('text/xml', '<x/>'), { code: 500, status: 415, reason: 'request.media-type' }],
    'a form that is no UTF-8': [() => post(form, '%FF=1'), { code: 500, status: 400, reason: 'request.encoding' }],
    'another method': [() => call({}, { method: 'DELETE' }), { code: 500, status: 405, reason: 'request.method' }],
  };
  for (const [name, [provoke, wanted]] of Object.entries(cases)) {
    it(`[AGR-B] ${name}: code ${wanted.code}, the reason in msg, the mending in dev`, async () => {
      const { status, headers, body } = await provoke();
      assert.equal(status, 200);
      assert.deepEqual(Object.keys(body), ['code', 'msg', 'dev', 'data', 'timestamp']);
      const [record] = await journalOf(node, headers.get('x-request-id') ?? '');
      assert.deepEqual({ code: body.code, status: record.status, reason: record.reason }, wanted);
      assert.equal(headers.get('x-status'), String(wanted.status));
      assert.deepEqual([body.data, record.face], [null, 'agr']);
      assert.ok(body.msg.includes(headers.get('x-error-id')) && body.dev.startsWith(`${wanted.reason}：`));
    });
  }

  it('[AGR-B] a key without grant and one whose subject is disabled: code 401', async () => {
    const stranger = await newHolder(node, '未授权应用');
    assert.equal((await call(agrQuery('cwgcsssj', stranger.appkey, params))).body.code, 401);
    const { version } = await make(node, 'GET', `/subjects/${stranger.id}`);
    await make(node, 'PATCH', `/subjects/${stranger.id}`, { etag: `"${version}"`, body: { disabled: true } });
    assert.equal((await call(agrQuery('cwgcsssj', stranger.appkey, params))).body.code, 401);
  });

  it('[AGR-B] without applyKey only a product that is open to all answers', async () => {
    await publish(node, 'openall', tideProduct({ authentication: ['none'] }));
    const { items } = await make(node, 'GET', '/subjects');
    await giveGrant(node, items.find(({ kind }: Json) => kind === 'public').name, 'openall');
    const { interfaceId, params: asked = '' } = agrQuery('openall', '', params);
    assert.deepEqual(dataOf((await call({ interfaceId: interfaceId ?? '', params: asked })).text), rows);
    assert.equal((await call({ interfaceId: 'cwgcsssj', params: asked })).body.code, 401);
  });

  it('names the product in the journal as soon as it is known', async () => {
    const { headers } = await call({ ...agrQuery('cwgcsssj', applyKey), params: 'x' });
    assert.equal((await journalOf(node, headers.get('x-request-id') ?? ''))[0].productCode, 'cwgcsssj');
  });
});
