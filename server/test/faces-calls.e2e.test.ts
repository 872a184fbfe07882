import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Compile } from 'typebox/schema';
import { startNode, type StartedNode } from './support/node.ts';
import { rawRequest } from './support/raw-http.ts';
import { giveGrant, journalOf, make, publish } from './support/sharing.ts';
import { shareTides, tideProduct, type Tide } from './support/tides.ts';
import type { Json } from './support/management.ts';

const CAP = 500;

let node: StartedNode;
let appkey: string;
let rows: Tide[];

before(async () => {
  node = await startNode({ engine: 'pglite' });
  const shared = await shareTides(node, { cap: CAP, maxPageSize: 100, maxOffset: 600 });
  rows = shared.rows;
  appkey = shared.holder.appkey;
  await publish(node, 'tideverify', tideProduct({ kind: 'verify', fields: [], parameters: [{ name: 'station', column: 'stationname', operator: 'eq', required: true }, { name: 'depth', column: 'depth_m', operator: 'eq', required: true }] }));
  await giveGrant(node, shared.holder.name, 'tideverify');
});
after(() => node.stop());

const sea = async (query: string): Promise<Json> => (await fetch(`${node.dataUrl}/szsea/api/sharing/cwgcsssj?${query}`)).json();
const gov = async (query: string, init: RequestInit = {}): Promise<{ status: number; headers: Headers; body: Json }> => {
  const response = await fetch(`${node.dataUrl}/gov/v1/cwgcsssj?${query}`, init);
  return { status: response.status, headers: response.headers, body: await response.json() };
};

const inSpan = (station: string, from: string, to: string): Tide[] => rows.filter((row) => row.stationname === station && row.timestamp >= from && row.timestamp < to);

describe('the URLs that SEA prints', () => {
  const wanted = (): Tide[] => inSpan('赤湾', '2022-09-01', '2022-09-11');
  // Table 1's example, letter by letter but for the key, with what a client makes of its blanks.
  const printed = "? start_time20220901=& end_time=20220910 & input_station =赤湾&appKey=";

  it('[SEA-8.2] [SEA-8.2d] the example of table 1 runs as it is printed: blanks, a stray =, appKey in another case', async () => {
    const answer = (await (await fetch(`${node.dataUrl}/szsea/api/sharing/cwgcsssj${printed}${appkey}`)).json()) as Json;
    assert.equal(answer.success, true, answer.msg);
    assert.equal(answer.data.length, 240);
    assert.deepEqual(answer.data, wanted());
  });

  it('[SEA-8.2] the = of table 2 after its value is borne too', async () => {
    const { data } = await sea(`start_time=20220901=&end_time=20220910&input_station=${encodeURIComponent('赤湾')}&appkey=${appkey}`);
    assert.deepEqual(data, wanted());
  });

  for (const name of ['appkey', 'appKey', 'APPKEY', 'AppKey']) {
    it(`[SEA-8.2] the key is read as ${name}`, async () => {
      assert.equal((await sea(`${name}=${appkey}&pageNum=1&pageSize=1`)).success, true);
    });
  }

  it('[SEA-8.2] the product’s own parameters are read in any case', async () => {
    const { data } = await sea(`Start_Time=2022-09-01&END_TIME=2022-09-10&Input_Station=${encodeURIComponent('赤湾')}&appkey=${appkey}`);
    assert.deepEqual(data, wanted());
  });

  it('[SEA-8.2] parameters may come as JSON, as table 1 says', async () => {
    const body = JSON.stringify({ input_station: '赤湾', start_time: '20220901', end_time: '20220910', appkey });
    const head = `GET /szsea/api/sharing/cwgcsssj HTTP/1.1\r\nHost: lingqu\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    const answer = await rawRequest(node.dataUrl, head + body);
    assert.deepEqual(JSON.parse(answer.body.toString()).data, wanted());
  });

  it('Chinese that a client left unencoded is refused, and he is told to encode it', async () => {
    const answer = await rawRequest(node.dataUrl, `GET /szsea/api/sharing/cwgcsssj?input_station=赤湾&appkey=${appkey} HTTP/1.1\r\nHost: lingqu\r\n\r\n`);
    assert.equal(answer.status, 400);
    assert.match(answer.body.toString(), /百分号编码/);
  });

  it('[SEA-8.2] an error comes with HTTP 200 and success false; its status stands in a header and in the journal', async () => {
    const response = await fetch(`${node.dataUrl}/szsea/api/sharing/cwgcsssj?start_time=yesterday&appkey=${appkey}`);
    const body = (await response.json()) as Json;
    assert.deepEqual([response.status, response.headers.get('x-status'), body.success, body.data], [200, '400', false, []]);
    assert.match(body.msg, /start_time/);
    const [record] = await journalOf(node, response.headers.get('x-request-id') ?? '');
    assert.deepEqual([record.result, record.reason, record.status], ['denied', 'policy.parameter.form', 400]);
    assert.equal(record.errorId, response.headers.get('x-error-id'));
    assert.ok(body.msg.includes(record.errorId));
    await node.logged(record.errorId); // the operator finds the error by its ID
  });
});

describe('paging and bounds', () => {
  it('[SEA-8.2] pages of SEA join to the whole, each with the total', async () => {
    const station = encodeURIComponent('香港');
    const seen: Json[] = [];
    for (let pageNum = 1; pageNum <= 3; pageNum += 1) {
      const { data, total } = await sea(`input_station=${station}&pageNum=${pageNum}&pageSize=100&appkey=${appkey}`);
      assert.equal(total, 240);
      seen.push(...data);
    }
    assert.deepEqual(seen, inSpan('香港', '2022', '2023'));
  });

  it('[GOV-result] GOV counts where it is asked to: needTotal', async () => {
    assert.equal((await gov(`pageNum=2&pageSize=3&appkey=${appkey}`)).body.total, undefined);
    const { body } = await gov(`pageNum=2&pageSize=3&needTotal=true&appkey=${appkey}`);
    assert.equal(body.total, rows.length);
    assert.deepEqual(body.data.map((row: Json) => row.id), [4, 5, 6]);
  });

  it('[GOV-result] without paging more rows than the cap are an error that names the paging parameters, never a cut answer', async () => {
    assert.ok(rows.length > CAP);
    const { status, body } = await gov(`appkey=${appkey}`);
    assert.equal(status, 413);
    assert.equal(body.success, false);
    assert.deepEqual(body.data, []);
    assert.match(body.msg, /pageNum/);
    assert.match(body.msg, /pageSize/);
    const told = await sea(`appkey=${appkey}`);
    assert.equal(told.success, false);
    assert.match(told.msg, /pageNum.*pageSize/);
  });

  for (const [query, code, status] of [
    ['pageNum=1&pageSize=101', 'policy.paging.limit', 400],
    ['pageNum=8&pageSize=100', 'policy.paging.depth', 400],
    ['pageNum=1', 'page.size.missing', 400],
    ['pageNum=0&pageSize=10', 'page.number', 400],
    ['pageNum=-1&pageSize=10', 'page.number', 400],
    ['pageNum=1.5&pageSize=10', 'page.number', 400],
    ['pageNum=1e3&pageSize=10', 'page.number', 400],
    ['pageNum=99999999999999999999&pageSize=10', 'page.number', 400],
    ['needTotal=maybe', 'parameter.boolean', 400],
  ] as const) {
    it(`${query} is refused: ${code}`, async () => {
      const answer = await gov(`${query}&appkey=${appkey}`);
      assert.deepEqual([answer.status, answer.body.code], [status, code]);
    });
  }
});

describe('the OpenAPI document of a product', () => {
  const document = async (code: string): Promise<Json> => (await fetch(`${node.dataUrl}/gov/v1/${code}/openapi.json`)).json();

  it('[GOV-result] [SEA-8.2d] describes what comes: answer and parameters, and an answer that it does not describe would be found', async () => {
    const { openapi, paths, info } = await document('cwgcsssj');
    assert.equal(openapi, '3.1.0');
    assert.match(info.title, /潮位/);
    const operation = paths['/gov/v1/cwgcsssj'].get;
    const schema = operation.responses['200'].content['application/json'].schema;
    const strict = { ...schema, additionalProperties: false, properties: { ...schema.properties, data: { ...schema.properties.data, items: { ...schema.properties.data.items, additionalProperties: false } } } };
    const described = Compile(strict);
    const { body } = await gov(`pageNum=1&pageSize=100&needTotal=true&appkey=${appkey}`);
    assert.equal(body.data.length, 100);
    const fits = (answer: Json): boolean => described.Check(answer);
    assert.ok(fits(body));
    assert.equal(fits({ ...body, data: [{ ...body.data[0], id: 'x' }] }), false);
    assert.equal(fits({ ...body, data: [{ ...body.data[0], hidden: 1 }] }), false);
    assert.deepEqual(operation.parameters.map(({ name }: Json) => name), ['input_station', 'start_time', 'end_time', 'pageNum', 'pageSize', 'needTotal']);
    assert.deepEqual(Object.keys(operation.responses['200'].content), ['application/json', 'application/xml', 'text/csv']);
  });

  it('[GOV-result] describes the errors too', async () => {
    const { components } = await document('cwgcsssj');
    const { status, body } = await gov(`nothing=1&appkey=${appkey}`);
    assert.equal(status, 400);
    assert.ok(Compile(components.schemas.Error).Check(body), JSON.stringify(body));
  });

  it('is there for a verify product, and not for a product that does not exist', async () => {
    const { paths } = await document('tideverify');
    assert.deepEqual(Object.keys(paths['/gov/v1/tideverify'].get.responses['200'].content['application/json'].schema.properties.data.items.properties), ['result']);
    assert.equal((await fetch(`${node.dataUrl}/gov/v1/nothing/openapi.json`)).status, 404);
  });
});

describe('a verify product', () => {
  const verify = async (face: string, query: string): Promise<Json> => (await fetch(`${node.dataUrl}/${face}/tideverify?${query}&appkey=${appkey}`)).json();

  for (const face of ['szsea/api/sharing', 'gov/v1']) {
    it(`[NDI-6.2.3c] answers yes or no and nothing of the row: ${face}`, async () => {
      const { stationname, depth_m: depth } = rows[4] ?? { stationname: '', depth_m: 0 };
      const station = encodeURIComponent(stationname);
      assert.deepEqual(await verify(face, `station=${station}&depth=${depth}`), { success: true, msg: '信息操作成功!', data: [{ result: true }] });
      assert.deepEqual(await verify(face, `station=${station}&depth=99.99`), { success: true, msg: '信息操作成功!', data: [{ result: false }] });
    });
    it(`takes no paging and needs all of its parameters: ${face}`, async () => {
      const station = encodeURIComponent('赤湾');
      assert.match((await verify(face, `station=${station}&depth=1&pageNum=1&pageSize=1`)).msg, /不分页/);
      assert.match((await verify(face, `station=${station}`)).msg, /depth/);
    });
  }
});

describe('what a face does not do', () => {
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    it(`${method} is refused on GOV with what is allowed, and journalled`, async () => {
      const { status, headers, body } = await gov(`appkey=${appkey}`, { method });
      assert.deepEqual([status, body.code, headers.get('allow')], [405, 'request.method', 'GET, POST']);
      assert.equal((await journalOf(node, headers.get('x-request-id') ?? ''))[0].reason, 'request.method');
    });
  }

  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    it(`${method} is refused on SEA, whose table 1 has GET`, async () => {
      const response = await fetch(`${node.dataUrl}/szsea/api/sharing/cwgcsssj?appkey=${appkey}`, { method });
      const body = (await response.json()) as Json;
      assert.deepEqual([response.status, response.headers.get('x-status'), response.headers.get('allow'), body.success], [200, '405', 'GET', false]);
    });
  }

  it('HEAD gets no body', async () => {
    const answer = await rawRequest(node.dataUrl, `HEAD /gov/v1/cwgcsssj?appkey=${appkey} HTTP/1.1\r\nHost: lingqu\r\nConnection: close\r\n\r\n`);
    assert.deepEqual([answer.status, answer.body.length], [405, 0]);
  });

  it('[SEA-8.2] an unknown product is told in each dialect, and journalled', async () => {
    const [onSea, onGov] = [await fetch(`${node.dataUrl}/szsea/api/sharing/nothing?appkey=${appkey}`), await fetch(`${node.dataUrl}/gov/v1/nothing?appkey=${appkey}`)];
    assert.deepEqual([onSea.status, onSea.headers.get('x-status'), onGov.status], [200, '404', 404]);
    assert.equal(((await onGov.json()) as Json).code, 'product.unknown');
    assert.match(((await onSea.json()) as Json).msg, /没有可用的服务接口/);
    const [record] = await journalOf(node, onGov.headers.get('x-request-id') ?? '');
    assert.deepEqual([record.result, record.reason, record.productCode, record.productId], ['denied', 'product.unknown', 'nothing', '']);
  });

  it('a withdrawn product is gone for callers', async () => {
    const { version } = await make(node, 'GET', '/products/tideverify');
    const { version: withdrawn } = await make(node, 'POST', '/products/tideverify/withdraw', { etag: `"${version}"` });
    const response = await fetch(`${node.dataUrl}/gov/v1/tideverify?station=x&depth=1&appkey=${appkey}`);
    assert.deepEqual([response.status, ((await response.json()) as Json).code], [404, 'product.unknown']);
    await make(node, 'POST', '/products/tideverify/publish', { etag: `"${withdrawn}"` });
  });

  it('a path that is no interface is a 404 in JSON', async () => {
    const response = await fetch(`${node.dataUrl}/szsea/api/nothing`);
    assert.equal(response.status, 404);
    assert.equal(((await response.json()) as Json).success, false);
  });

  it('a format that GOV has not is refused with those that it has', async () => {
    const { status, body } = await gov(`appkey=${appkey}`, { headers: { accept: 'application/pdf' } });
    assert.deepEqual([status, body.code, body.details.available], [406, 'answer.media-type', ['application/json', 'application/xml', 'text/csv']]);
  });
});
