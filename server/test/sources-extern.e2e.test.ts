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
import { addPostgres, giveGrant, hostTable, make, newHolder, publish, refusal } from './support/sharing.ts';

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
