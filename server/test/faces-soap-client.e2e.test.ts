import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { createDatabase, dropDatabase } from './support/database.ts';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { needs, zeepPython } from './support/services.ts';
import { addPostgres, giveGrant, hostTable, make, newHolder, publish } from './support/sharing.ts';
import { envelope, post, rowsOf, versions } from './support/soap.ts';
import { shareTides, tideProduct, type Tide } from './support/tides.ts';
import { cellRows, createSql, csvOf, hostedColumns, wireColumns, type WireColumn } from './support/wire-table.ts';
import { zeepCall } from './support/zeep.ts';

const ports = ['Soap11', 'Soap12'] as const;

describe('zeep, a SOAP client that has the WSDL alone', needs('zeep'), () => {
  let node: StartedNode;
  let appkey: string;
  let rows: Tide[];
  before(async () => {
    node = await startNode({ engine: 'pglite' });
    const shared = await shareTides(node, { days: 2, description: '潮位 <A&B> "x"', visibility: 'granted' });
    rows = shared.rows;
    appkey = shared.holder.appkey;
    await publish(node, 'tideverify', tideProduct({ kind: 'verify', fields: [], parameters: [{ name: 'station', column: 'stationname', operator: 'eq', required: true }, { name: 'depth', column: 'depth_m', operator: 'eq', required: true }] }));
    await giveGrant(node, shared.holder.name, 'tideverify');
  });
  after(() => node.stop());

  const http = (): Record<string, string> => ({ authorization: `Bearer ${appkey}` });
  const typed = ({ id, stationname, timestamp, depth_m: depth }: Tide): Json => ({ id: ['int', String(id)], stationname, timestamp: ['datetime', `${timestamp.replace(' ', 'T')}+08:00`], depth_m: ['Decimal', depth.toFixed(2)] });

  for (const port of ports) {
    it(`[GOV-type] pages through the product over ${port}: parameters, paging, total, and rows with their types`, async () => {
      const { answer } = await zeepCall(node, 'cwgcsssj', { port, http: http(), arguments: { input_station: '盐田', start_time: '20220902', pageNum: 2, pageSize: 5, needTotal: true } });
      const wanted = rows.filter((row) => row.stationname === '盐田' && row.timestamp >= '2022-09-02');
      assert.deepEqual(answer, { success: ['bool', 'True'], msg: '信息操作成功!', data: { row: wanted.slice(5, 10).map(typed) }, total: ['int', '24'] });
    });

    it(`[GOV-type] [GOV-auth] sends the key in the header that the WSDL tells, and verifies, over ${port}`, async () => {
      const { stationname, depth_m: depth } = rows[4] ?? { stationname: '', depth_m: 0 };
      const { answer } = await zeepCall(node, 'tideverify', { port, header: { appkey }, arguments: { station: stationname, depth } });
      assert.deepEqual(answer.data.row, [{ result: ['bool', 'True'] }]);
    });

    it(`[GOV-type] is told of errors over ${port}`, async () => {
      const { fault } = await zeepCall(node, 'cwgcsssj', { port, http: http(), arguments: { start_time: 'yesterday' } });
      assert.equal(fault.code, port === 'Soap11' ? 'soap:Client' : 'soap:Sender');
      assert.match(fault.message, /start_time/);
      assert.equal(fault.detail.code, 'policy.parameter.form');
      if (port === 'Soap12') assert.deepEqual(fault.subcodes, ['{urn:lingqu:gov:cwgcsssj}policy.parameter.form']);
    });
  }
});

describe('the consumer’s guide to Web Services', needs('zeep'), () => {
  let node: StartedNode;
  let guide: string;
  let appkey: string;
  before(async () => {
    node = await startNode({ engine: 'pglite' });
    ({ holder: { appkey } } = await shareTides(node, { days: 2 }));
    const text = await readFile(path.resolve(import.meta.dirname, '../../docs/guides/consumer.md'), 'utf8');
    guide = text.slice(text.indexOf('## Web Services')).replaceAll('http://127.0.0.1:8601', node.dataUrl);
  });
  after(() => node.stop());

  const block = (language: string): string => new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(guide)?.[1] ?? '';
  const run = async (command: string, ...given: string[]): Promise<string> => (await promisify(execFile)(command, given, { env: { ...process.env, KEY: appkey, NO_PROXY: '*' } })).stdout;

  it('[GOV-type] its lines for zeep run as they stand', async () => {
    const lines = (await run(zeepPython ?? '', '-c', `KEY = '${appkey}'\n${block('python')}`)).trim().split('\n');
    assert.equal(lines.length, 10);
    assert.equal(lines[1], '2022-09-01 01:00:00+08:00 1.85');
  });

  it('[GOV-type] its lines for curl run as they stand', async () => {
    assert.match(await run('bash', '-c', block('sh')), /<row><id>3<\/id><stationname>香港/);
  });
});

/** What XML Schema's types have no value for comes as the wire form spells it: no client that is bound to types reads it. */
const beyondSchema = new Set(['no_number', 'endless']);

const pythonNames: Readonly<Record<string, string>> = { int: 'int', bigint: 'int', numeric: 'Decimal', double: 'float', boolean: 'bool', date: 'date', time: 'time', timestamp: 'datetime', binary: 'bytes' };

/** A cell as zeep has it, which makes no difference between an empty text and none. */
function asPython(type: string, cell: string | null): Json {
  if (cell === null || cell === '') return null;
  const name = pythonNames[type];
  if (name === undefined) return cell;
  if (type === 'boolean') return [name, cell === 'true' ? 'True' : 'False'];
  if (type === 'binary') return [name, Buffer.from(cell, 'base64').toString('hex')];
  return [name, type === 'time' || type === 'timestamp' ? cell.replace(/\.\d+/, (fraction) => fraction.padEnd(7, '0')) : cell];
}

interface Shared {
  readonly node: StartedNode;
  readonly appkey: string;
  readonly columns: readonly WireColumn[];
}

/** The resource `wire_values` as product `wirevalues`, and without what XML Schema has no value for as `typedvalues`. */
async function share(node: StartedNode, columns: readonly WireColumn[]): Promise<Shared> {
  const holder = await newHolder(node, '防汛指挥系统');
  const fields = columns.map(({ name, type }) => ({ name, type }));
  for (const [code, shown] of [['wirevalues', fields], ['typedvalues', fields.filter(({ name }) => !beyondSchema.has(name))]] as const) {
    await publish(node, code, { resource: 'wire_values', order: [{ column: 'id' }], fields: shown });
    await giveGrant(node, holder.name, code);
  }
  return { node, appkey: holder.appkey, columns };
}

function values(shared: () => Shared): void {
  for (const version of versions) {
    it(`[GOV-type] SOAP ${version}: every value in its form, NULL as nil`, async () => {
      const { node, appkey, columns } = shared();
      assert.deepEqual(rowsOf(await post(node, 'wirevalues', version, envelope(version, 'wirevalues', ''), { appkey })), cellRows(columns));
    });
  }
  for (const port of ports) {
    it(`[GOV-type] zeep over ${port}: every value of its type`, needs('zeep'), async () => {
      const { node, appkey, columns } = shared();
      const { answer } = await zeepCall(node, 'typedvalues', { port, header: { appkey }, unchecked: ['exact'] }); // libxml2 stops at 24 digits
      const typed = columns.filter(({ name }) => !beyondSchema.has(name));
      const wanted = cellRows(typed).map((row) => Object.fromEntries(typed.map(({ name, type }) => [name, asPython(type, row[name] ?? null)])));
      assert.deepEqual(answer.data.row, wanted);
      assert.deepEqual(answer.total, ['int', '3']);
    });
  }
}

for (const engine of ['pglite', 'postgres'] as const) {
  describe(`values of a PostgreSQL table, node on ${engine}`, needs('postgres'), () => {
    let shared: Shared;
    let url: string;
    before(async () => {
      url = await createDatabase();
      const client = new pg.Client(url);
      await client.connect();
      await client.query(createSql(wireColumns));
      await client.end();
      const node = await startNode({ engine });
      await addPostgres(node, url);
      await make(node, 'POST', '/resources', { body: { name: 'wire_values', source: 'ocean', table: 'wire_values', schema: 'public' } });
      shared = await share(node, wireColumns);
    });
    after(async () => {
      await shared.node.stop();
      await dropDatabase(url);
    });
    values(() => shared);
  });
}

describe('values of a hosted table', () => {
  let shared: Shared;
  before(async () => {
    const node = await startNode({ engine: 'pglite' });
    await hostTable(node, 'wire_values', csvOf(hostedColumns), hostedColumns.map(({ name, hosted = 'text' }) => ({ name, type: hosted })));
    shared = await share(node, hostedColumns);
  });
  after(() => shared.node.stop());
  values(() => shared);
});

describe('doubles that are no numbers', needs('postgres', 'zeep'), () => {
  it('[GOV-type] are spelt as XML Schema has them', async () => {
    const url = await createDatabase();
    const client = new pg.Client(url);
    await client.connect();
    await client.query("CREATE TABLE doubles (id integer PRIMARY KEY, value double precision); INSERT INTO doubles VALUES (1, 'Infinity'), (2, '-Infinity'), (3, 'NaN'), (4, NULL), (5, 1e300)");
    await client.end();
    await using node = await startNode({ engine: 'pglite' });
    await addPostgres(node, url);
    await make(node, 'POST', '/resources', { body: { name: 'doubles', source: 'ocean', table: 'doubles', schema: 'public' } });
    await publish(node, 'doubles', { resource: 'doubles', order: [{ column: 'id' }], fields: [{ name: 'value', type: 'double' }] });
    const holder = await newHolder(node, '计算系统');
    await giveGrant(node, holder.name, 'doubles');
    const { answer } = await zeepCall(node, 'doubles', { port: 'Soap12', header: { appkey: holder.appkey } });
    assert.deepEqual(answer.data.row.map(({ value }: Json) => value), [['float', 'inf'], ['float', '-inf'], ['float', 'nan'], null, ['float', '1e+300']]);
    const raw = await post(node, 'doubles', '1.1', envelope('1.1', 'doubles', ''), { appkey: holder.appkey });
    assert.deepEqual(rowsOf(raw).slice(0, 4).map((row) => row['value']), ['INF', '-INF', 'NaN', null]);
    await node.stop();
    await dropDatabase(url);
  });
});
