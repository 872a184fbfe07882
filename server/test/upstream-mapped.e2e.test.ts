import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { giveGrant, hostTable, make, newHolder, publish, type Holder } from './support/sharing.ts';
import { endsOf, startRelayStage, startUpstream, type RelayStage, type TestUpstream } from './support/upstream.ts';

const columns = [
  { name: 'id', type: 'bigint' },
  { name: 'station', type: 'text' },
  { name: 'at', type: 'timestamp' },
  { name: 'day', type: 'date' },
  { name: 'depth', type: 'decimal' },
  { name: 'lon', type: 'decimal' },
  { name: 'lat', type: 'decimal' },
  { name: 'phone', type: 'text' },
  { name: 'open', type: 'boolean' },
] as const;

const stations = ['赤湾', '香港', '大连 & <北>', '"引号"'];
/** Rows as the CSV has them; '' is NULL. */
const rows = Array.from({ length: 240 }, (_, index) => [
  String(9_007_199_254_740_993n + BigInt(index)),
  stations[index % stations.length] ?? '',
  `2026-0${1 + (index % 9)}-1${index % 10} 0${index % 10}:30:00`,
  `2026-0${1 + (index % 9)}-1${index % 10}`,
  index % 7 === 0 ? '' : `${index}.${String(index % 100).padStart(2, '0')}0000000000001`,
  String(110 + (index % 10)),
  String(20 + (index % 5)),
  index % 11 === 0 ? '' : `138001${String(10_000 + index)}`,
  index % 2 === 0 ? 'true' : 'false',
]);

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
const csv = [columns.map(({ name }) => name).join(','), ...rows.map((row) => row.map((cell) => (cell === '' ? '' : quoted(cell))).join(','))].join('\n');

/** As a service would send them: numbers as numbers, with every digit. */
const json = (): string => {
  const objects = rows.map((row) => `{${columns.map(({ name, type }, index) => {
    const cell = row[index] ?? '';
    return `"${name}":${cell === '' ? 'null' : type === 'bigint' || type === 'decimal' || type === 'boolean' ? cell : JSON.stringify(cell)}`;
  }).join(',')}}`);
  return `{"code":0,"result":{"total":${rows.length},"list":[${objects.join(',')}]}}`;
};

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const elements = (): string => rows.map((row) => `<item>${columns.map(({ name }, index) => ((row[index] ?? '') === '' ? `<${name} xsi:nil="true"/>` : `<${name}>${escaped(row[index] ?? '')}</${name}>`)).join('')}</item>`).join('');
const soap = (content: string): string => `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${content}</s:Body></s:Envelope>`;

const fields = columns.map(({ name, type }) => ({ name, type: type === 'text' ? 'varchar' : type === 'decimal' ? 'numeric' : type }));
const definition = { fields, order: [{ column: 'id' }], parameters: [{ name: 'station', column: 'station', operator: 'eq' as const }, { name: 'from', column: 'at', operator: 'range-start' as const }] };

/** Every kind of term that shapes an answer. */
const policies = {
  'no terms': {},
  'columns and masks': { columns: ['id', 'phone', 'depth', 'at'], masks: [{ field: 'phone', kind: 'partial', preset: 'phone' }, { field: 'depth', kind: 'number', step: 10 }, { field: 'at', kind: 'date', unit: 'month' }] },
  'rows': { rows: { any: [{ column: 'depth', ge: 100.05 }, { column: 'phone', isNull: true }, { not: { column: 'station', in: ['香港', '赤湾'] } }] } },
  'a period': { time: { column: 'at', from: '2026-03-01', to: '2026-06-15' } },
  'a region': { region: { lon: 'lon', lat: 'lat', box: [112, 21, 116.5, 23] } },
};

describe('[SEA-8.1c] rows of services are governed like rows of a table', () => {
  let stage: RelayStage;
  let rest: TestUpstream;
  let service: TestUpstream;
  const holders = new Map<string, Holder>();
  let answer = json;

  before(async () => {
    rest = await startUpstream((_request, response) => response.setHeader('content-type', 'application/json').end(answer()));
    service = await startUpstream((_request, response) => {
      const { body } = service.requests.at(-1) ?? { body: '' };
      const faulty = body.includes('<district>fault</district>');
      response.statusCode = faulty ? 500 : 200;
      response.setHeader('content-type', 'text/xml; charset=utf-8');
      response.end(soap(faulty ? '<s:Fault><faultcode>s:Server</faultcode><faultstring>ORA-00942 at 10.9.9.9</faultstring></s:Fault>' : `<t:queryResponse xmlns:t="urn:tides" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><return>${elements()}</return></t:queryResponse>`));
    });
    stage = await startRelayStage();
    const { node } = stage;
    await hostTable(node, 'hosted', csv, [...columns]);
    const answered = { columns: [...columns], key: ['id'] };
    await stage.addSource('rest', rest, { operations: [{ name: 'tides', path: '/tides', parameters: [{ name: 'district', in: 'query', required: true }], answer: { format: 'json', rows: '/result/list', success: { path: '/code', equals: ['0'] }, ...answered } }] });
    await make(node, 'POST', '/sources', {
      body: { name: 'soap', type: 'soap', settings: { baseUrl: `${service.url}/ws`, operations: [{ name: 'query', soapAction: 'urn:query', element: 'query', namespace: 'urn:tides', parameters: [{ name: 'district', required: true }], answer: { rows: '/queryResponse/return/item', ...answered } }] } },
    });
    await make(node, 'POST', '/resources', { body: { name: 'rest', source: 'rest', table: 'tides' } });
    await make(node, 'POST', '/resources', { body: { name: 'soap', source: 'soap', table: 'query' } });
    await publish(node, 'hosted', { resource: 'hosted', ...definition });
    for (const code of ['rest', 'soap']) await publish(node, code, { resource: code, ...definition, parameters: [...definition.parameters, { name: 'district', column: 'district', operator: 'eq', required: true }] });
    for (const [name, policy] of Object.entries(policies)) {
      const holder = await newHolder(node, name.replaceAll(' ', '-'));
      holders.set(name, holder);
      for (const code of ['hosted', 'rest', 'soap']) await giveGrant(node, holder.id, code, policy);
    }
  });
  after(async () => {
    await stage[Symbol.asyncDispose]();
    await rest[Symbol.asyncDispose]();
    await service[Symbol.asyncDispose]();
  });

  const ask = async (code: string, name: string, query: Record<string, string>): Promise<string> => {
    const given = new URLSearchParams({ ...query, ...(code === 'hosted' ? {} : { district: '福田' }) }).toString();
    const response = await fetch(`${stage.node.dataUrl}/gov/v1/${code}?${given}`, { headers: { appkey: holders.get(name)?.appkey ?? '' } });
    return (await response.text()).replaceAll('}, \n {', '},{'); // PostgreSQL's own way to frame an array
  };

  for (const name of Object.keys(policies)) {
    for (const query of [{}, { station: '香港' }, { from: '2026-04-01 08:00:00' }, { pageNum: '2', pageSize: '7', needTotal: 'true' }]) {
      if (name === 'columns and masks' && !('pageNum' in query) && Object.keys(query).length > 0) continue; // those columns are hidden
      it(`${name}, asked with ${JSON.stringify(query)}: the same answer from a table, a REST service and a SOAP service`, async () => {
        const expected = await ask('hosted', name, query);
        assert.equal(JSON.parse(expected).success, true, expected);
        for (const [code, upstream] of [['rest', rest], ['soap', service]] as const) {
          const already = upstream.requests.length;
          assert.equal(await ask(code, name, query), expected);
          assert.equal(upstream.requests.length, already + 1, 'rows and total are of one answer');
        }
      });
    }
  }

  it('the Web Service is called as its description says', () => {
    const { method, url, headers, body } = service.requests.at(-1) ?? { method: '', url: '', headers: {}, body: '' };
    assert.deepEqual([method, url, headers['soapaction'], headers['content-type']], ['POST', '/ws', '"urn:query"', 'text/xml; charset=utf-8']);
    assert.match(body, /<soap:Body><query xmlns="urn:tides"><district>福田<\/district><\/query><\/soap:Body>/);
  });

  it('a fault is an error of its own, and neither its words nor the address reach the caller', async () => {
    const response = await fetch(`${stage.node.dataUrl}/gov/v1/soap?district=fault`, { headers: { appkey: holders.get('no terms')?.appkey ?? '' } });
    const text = await response.text();
    assert.deepEqual([response.status, JSON.parse(text).code], [503, 'upstream.fault']);
    for (const secret of ['ORA-', '10.9.9.9', String(service.port)]) assert.ok(!text.includes(secret), text);
    assert.deepEqual((await endsOf(stage.node, 'soap')).at(-1), 'whole failed upstream.fault');
    await stage.node.logged('ORA-00942'); // the operator is told
  });

  for (const [what, body, code] of [
    ['says that it failed', '{"code":500,"msg":"secret"}', 'upstream.refused'],
    ['is no JSON', '<html>', 'upstream.unreadable'],
    ['has no rows where they were', '{"code":0,"result":{}}', 'upstream.unreadable'],
    ['has a value of another type', '{"code":0,"result":{"list":[{"id":"x"}]}}', 'source.changed'],
  ] as const) {
    it(`an answer that ${what}: ${code}`, async () => {
      answer = () => body;
      const text = await ask('rest', 'no terms', {});
      answer = json;
      assert.equal(JSON.parse(text).code, code);
      assert.ok(!text.includes('secret'));
    });
  }

  it('a source of SOAP is served as SOAP by our own face too, and REST as SOAP', async () => {
    for (const code of ['rest', 'soap']) {
      const response = await fetch(`${stage.node.dataUrl}/gov/v1/${code}?wsdl`);
      const namespace = /targetNamespace="([^"]+)"/.exec(await response.text())?.[1] ?? '';
      const called = await fetch(`${stage.node.dataUrl}/gov/v1/${code}`, {
        method: 'POST',
        headers: { 'content-type': 'text/xml; charset=utf-8', appkey: holders.get('no terms')?.appkey ?? '' },
        body: `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><q:query xmlns:q="${namespace}"><q:district>福田</q:district></q:query></s:Body></s:Envelope>`,
      });
      const text = await called.text();
      assert.equal(called.status, 200, text);
      assert.equal(text.match(/赤湾/g)?.length, 60);
    }
  });
});
