import assert from 'node:assert/strict';
import { readFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { configFile } from './support/config-file.ts';
import pg from 'pg';
import { createDatabase, dropDatabase } from './support/database.ts';
import { manage } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';
import { addPostgres, giveGrant, hostTable, journalOf, make, newHolder, publish, refusal } from './support/sharing.ts';

const guide = await readFile(path.resolve(import.meta.dirname, '../../docs/guides/extern.md'), 'utf8');
const example = /```ts\n(.*?)```/s.exec(guide)?.[1] ?? '';

interface Sighting {
  readonly id: number;
  readonly name: string;
  readonly station: string | null;
  readonly phone: string;
  readonly depth: string | null;
  readonly at: string;
  readonly lon: number;
  readonly lat: number;
}

const stations = ['赤湾', '盐田', 'chiwan', 'Chiwan', null];
const sightings: readonly Sighting[] = Array.from({ length: 1_200 }, (_, n) => ({
  id: n + 1,
  name: `观测员${n}`,
  station: stations[n % stations.length] ?? null,
  phone: `138${String(n * 7919).padStart(8, '0')}`,
  depth: n % 9 === 0 ? null : `${n % 50}.${String(n % 100).padStart(2, '0')}`,
  at: `2026-${String((n % 12) + 1).padStart(2, '0')}-15 ${String(n % 24).padStart(2, '0')}:30:00`,
  lon: 113 + (n % 20) / 10,
  lat: 22 + (n % 10) / 10,
}));
const columns = [
  { name: 'id', type: 'integer' }, { name: 'name', type: 'text' }, { name: 'station', type: 'text' }, { name: 'phone', type: 'text' },
  { name: 'depth', type: 'decimal' }, { name: 'at', type: 'timestamp' }, { name: 'lon', type: 'float' }, { name: 'lat', type: 'float' },
] as const;

/** Row rules, masks, hidden columns, region and time: all that a grant can say of rows, but a hash, whose key is another for each grant. */
const policy = {
  columns: ['id', 'name', 'phone', 'depth', 'at'],
  rows: { any: [{ column: 'station', in: ['赤湾', 'Chiwan'] }, { column: 'depth', ge: 45 }] },
  region: { lon: 'lon', lat: 'lat', box: [113.05, 22, 114.5, 22.75] },
  time: { column: 'at', from: '2026-02-01', to: '2026-11-15' },
  masks: [{ field: 'name', kind: 'partial', preset: 'name' }, { field: 'phone', kind: 'partial', preset: 'phone' }, { field: 'depth', kind: 'number', step: 0.5 }, { field: 'at', kind: 'date', unit: 'month' }],
};

const product = (resource: string) => ({
  resource,
  fields: columns.map(({ name, type }) => ({ name, type: { integer: 'int', text: 'varchar', decimal: 'numeric', timestamp: 'timestamp', float: 'double' }[type] })),
  parameters: [{ name: 'least', column: 'id', operator: 'range-start' as const }, { name: 'station', column: 'station', operator: 'eq' as const }],
  order: [{ column: 'depth', direction: 'desc' }, { column: 'id' }],
  cap: 100_000,
});

const queries = ['', 'least=300', 'pageNum=2&pageSize=25', 'pageNum=1&pageSize=1000', 'least=100000'];

describe('a source type from outside the tree', () => {
  let node: StartedNode;
  let config: Awaited<ReturnType<typeof configFile>>;
  let folder: string;
  let key: string;
  const share = async (code: string, resource: string): Promise<void> => {
    await publish(node, code, product(resource));
    await giveGrant(node, 'reader', code, policy);
    await giveGrant(node, 'whole', code);
  };
  const answers = async (code: string, appkey: string): Promise<unknown[]> => {
    const texts: unknown[] = [];
    for (const query of queries) {
      for (const [face, accept] of [['sea', 'application/json'], ['gov', 'application/json'], ['gov', 'application/xml'], ['gov', 'text/csv']] as const) {
        const address = face === 'sea' ? `szsea/api/sharing/${code}?${query}` : `gov/v1/${code}?${query}&needTotal=true`;
        const response = await fetch(`${node.dataUrl}/${address}&appkey=${appkey}`, { headers: { accept } });
        const text = await response.text();
        assert.match(text, accept === 'text/csv' ? /^id,/ : /"success":true|<success>true/);
        texts.push(accept === 'application/json' ? JSON.parse(text) : text);
      }
    }
    return texts;
  };
  let whole: string;

  before(async () => {
    config = await configFile({ externs: [] });
    folder = path.join(path.dirname(config.path), 'data');
    await mkdir(folder);
    await writeFile(path.join(folder, 'sightings.ndjson'), sightings.map((row) => `${JSON.stringify(row)}\n`).join(''));
    await writeFile(path.join(folder, 'sightings.table.json'), JSON.stringify({ comment: '观测', key: ['id'], columns }));
    node = await startNode({ engine: 'pglite', env: { LINGQU_CONFIG: config.path } });
    ({ appkey: key } = await newHolder(node, 'reader'));
    ({ appkey: whole } = await newHolder(node, 'whole'));
    const csv = [columns.map(({ name }) => name).join(','), ...sightings.map((row) => columns.map(({ name }) => row[name] ?? '').join(','))].join('\n');
    await hostTable(node, 'hosted-sightings', csv, columns);
    await share('hosted1', 'hosted-sightings');
  });
  after(async () => {
    await node.stop();
    await config[Symbol.asyncDispose]();
  });

  it('[NDI-6.3.8] is added by the configuration file without a restart, and served under all terms like a table of a database', async () => {
    const source = { name: 'files', type: 'ndjson-folder', settings: { folder } };
    assert.equal((await refusal(node, 'POST', '/sources', { body: source })).code, 'source.type.unknown');
    await writeFile(path.join(path.dirname(config.path), 'ndjson-folder.ts'), example);
    await writeFile(config.path, JSON.stringify({ externs: ['./ndjson-folder.ts'] }));
    node.process.kill('SIGHUP');
    while ((await manage(node)('POST', '/sources', { body: source })).status !== 201);
    await make(node, 'POST', '/resources', { body: { name: 'sightings', source: 'files', table: 'sightings' } });
    await share('extern1', 'sightings');
    for (const appkey of [key, whole]) assert.deepEqual(await answers('extern1', appkey), await answers('hosted1', appkey));
  });

  it('gives the same answers as a table on PostgreSQL', needs('postgres'), async () => {
    const url = await createDatabase();
    try {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('CREATE TABLE sightings (id int PRIMARY KEY, name text, station text, phone text, depth numeric, at timestamp, lon float8, lat float8)');
      await client.query('INSERT INTO sightings SELECT * FROM json_populate_recordset(NULL::sightings, $1)', [JSON.stringify(sightings)]);
      await client.end();
      await addPostgres(node, url);
      await make(node, 'POST', '/resources', { body: { name: 'pg-sightings', source: 'ocean', table: 'sightings' } });
      await share('postgres1', 'pg-sightings');
      for (const appkey of [key, whole]) assert.deepEqual(await answers('extern1', appkey), await answers('postgres1', appkey));
    } finally {
      await node.stop();
      await dropDatabase(url);
    }
  });
});

/** A source that keeps an order, and tables that go wrong, each in its own way. */
const troubled = `
  const tables = {
    async *many() { for (let from = 0; from < 20000; from += 500) yield Array.from({ length: 500 }, (_, n) => [String(from + n)]); },
    hangs: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }),
    async *throws() { throw new Error('the disk of the laboratory is gone'); },
    async *wrong() { yield [['seven']]; },
  };
  export default {
    type: 'troubled', schema: { type: 'object', properties: {} }, secrets: [],
    open: () => ({
      probe: async () => ({ about: {} }),
      describeTables: async () => Object.keys(tables).map((name) => ({ name, key: ['n'], columns: [{ name: 'n', type: 'integer' }] })),
      ordered: () => true,
      scan: ({ table, columns }) => tables[table.name](columns),
    }),
  };`;

describe('a source that keeps its order, or goes wrong', () => {
  let node: StartedNode;
  let config: Awaited<ReturnType<typeof configFile>>;
  const keys = new Map<string, string>();
  const call = async (code: string): Promise<{ status: number; text: string; requestId: string }> => {
    const response = await fetch(`${node.dataUrl}/gov/v1/${code}?appkey=${keys.get(code)}`, { headers: { 'x-request-id': `extern-${code}` } });
    return { status: response.status, text: await response.text(), requestId: `extern-${code}` };
  };
  const share = async (code: string, table: string, changes: object = {}, terms: object = {}): Promise<void> => {
    await publish(node, code, { resource: table, fields: [{ name: 'n', type: 'int' }], cap: 100_000, ...changes });
    const holder = await newHolder(node, code);
    await giveGrant(node, holder.name, code, terms);
    keys.set(code, holder.appkey);
  };

  before(async () => {
    config = await configFile({ externs: ['./troubled.mjs'], delivery: { deadlineSeconds: 2 } });
    await writeFile(path.join(path.dirname(config.path), 'troubled.mjs'), troubled);
    node = await startNode({ engine: 'pglite', env: { LINGQU_CONFIG: config.path } });
    await make(node, 'POST', '/sources', { body: { name: 'lab', type: 'troubled', settings: {} } });
    for (const table of ['many', 'hangs', 'throws', 'wrong']) {
      await make(node, 'POST', '/resources', { body: { name: table, source: 'lab', table } });
      await share(table, table);
    }
    await share('capped', 'many', { cap: 3_000 });
    await share('rationed', 'many', {}, { quotas: [{ per: 'total', unit: 'rows', limit: 5_000 }] });
  });
  after(async () => {
    await node.stop();
    await config[Symbol.asyncDispose]();
  });

  it('streams all its rows, and tells at the end how many they were', async () => {
    const { status, text, requestId } = await call('many');
    const { data, total } = JSON.parse(text) as { data: { n: number }[]; total: number };
    assert.deepEqual([status, data.length, total, data[19_999]?.n], [200, 20_000, 20_000, 19_999]);
    assert.deepEqual((await journalOf(node, requestId)).map(({ phase, result, rows }) => [phase, result, rows]), [['intent', 'allowed', 0], ['outcome', 'allowed', 20_000]]);
  });

  for (const [code, most, reason] of [['capped', 3_000, 'result.too-large'], ['rationed', 5_000, 'quotas.grant.total.rows']] as const) {
    it(`is cut where it is ${code}, and never looks whole`, async () => {
      await assert.rejects(call(code));
      const outcome = (await journalOf(node, `extern-${code}`)).at(-1);
      assert.deepEqual([outcome.phase, outcome.result, outcome.reason], ['outcome', 'cut', reason]);
      assert.ok(outcome.rows > 0 && outcome.rows <= most, `${outcome.rows} rows`);
    });
  }

  it('ends its own call when it hangs, throws, or answers what it should not; callers are not told the inside', async () => {
    const refusals: unknown[] = [];
    for (const code of ['hangs', 'throws', 'wrong']) {
      const { status, text } = await call(code);
      assert.doesNotMatch(text, /laboratory|seven|column/);
      refusals.push([code, status, (JSON.parse(text) as { code: string }).code]);
    }
    assert.deepEqual(refusals, [['hangs', 504, 'call.deadline'], ['throws', 503, 'source.unavailable'], ['wrong', 503, 'source.changed']]);
    for (const why of ['the disk of the laboratory is gone', 'column n: a text of 5 characters that is no integer']) await node.logged(why);
    assert.equal((await call('many')).status, 200);
  });
});
