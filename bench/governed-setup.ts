import pg from 'pg';
import { systemClock } from '../server/src/kernel/clock.ts';
import { newId } from '../server/src/kernel/ids.ts';
import { createGrant } from '../server/src/modules/grants/index.ts';
import { createSubject, issueAppkey } from '../server/src/modules/identity/index.ts';
import { createProduct, publishProduct } from '../server/src/modules/products/index.ts';
import { addResource, addSource, describeTable, SourceConnections } from '../server/src/modules/resources/index.ts';
import { postgresSource } from '../server/src/sources/postgres/index.ts';
import { migrate } from '../server/src/storage/migrate.ts';
import { checkNodeKey, NodeKey } from '../server/src/storage/node-key.ts';
import { openPostgres } from '../server/src/storage/postgres.ts';
import { startNode } from '../server/test/support/node.ts';

const admin = process.env['BENCH_POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** The page that every contender is asked for. */
export const query = new URLSearchParams({ input_station: '香港', start_time: '2026-02-01', end_time: '2026-12-31', pageNum: '1', pageSize: '100' }).toString();

export interface Databases {
  readonly node: string;
  readonly source: string;
  readonly key: NodeKey;
  readonly appkey: string;
  drop(): Promise<void>;
}

async function sql(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

const at = (name: string): string => {
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return url.href;
};

/** A source of 200,000 rows and a node's database with one product and one grant on it. */
export async function makeDatabases(): Promise<Databases> {
  const suffix = newId().slice(0, 8);
  const [node, source] = [`bench_node_${suffix}`, `bench_source_${suffix}`];
  await sql(admin, `CREATE DATABASE ${node}`, `CREATE DATABASE ${source}`);
  await sql(
    at(source),
    'CREATE TABLE tides (id bigint PRIMARY KEY, ts timestamp NOT NULL, station text NOT NULL, lon numeric(9,4), lat numeric(9,4), depth numeric(6,3), phone text)',
    `INSERT INTO tides SELECT i, timestamp '2026-01-01' + i * interval '3 minutes', (ARRAY['赤湾','香港','大连'])[1 + i % 3], 113.88, 22.47, (i % 500) / 100.0, '1380013' || lpad((i % 10000)::text, 4, '0')
     FROM generate_series(1, 200000) i`,
    'CREATE INDEX ON tides (station, ts, id)',
    'ANALYZE tides',
  );
  const key = new NodeKey(Buffer.alloc(32, 7));
  const appkey = await describeProduct(at(node), at(source), key);
  return { node: at(node), source: at(source), key, appkey, drop: () => sql(admin, `DROP DATABASE ${node} WITH (FORCE)`, `DROP DATABASE ${source} WITH (FORCE)`) };
}

async function describeProduct(nodeUrl: string, sourceUrl: string, key: NodeKey): Promise<string> {
  const database = openPostgres(nodeUrl, () => {});
  await migrate(database);
  await checkNodeKey(database, key);
  const connections = new SourceConnections([postgresSource], key);
  const { hostname: host, port, username: user, pathname } = new URL(sourceUrl);
  const settings = { host, port: Number(port || 5432), user, database: pathname.slice(1) };
  await database.transaction((tx) => addSource(tx, connections, { name: 'bench', type: 'postgres', settings }, null));
  const input = { name: 'tides', source: 'bench', table: 'tides' };
  const found = await describeTable(database, connections, input);
  const appkey = await database.transaction(async (tx) => {
    await addResource(tx, input, found, null);
    const product = await createProduct(tx, { code: 'tides', definition }, null);
    await publishProduct(tx, product.code, product.version);
    const subject = await createSubject(tx, systemClock, { name: 'bench', kind: 'application' });
    await createGrant(tx, { subjectId: subject.id, product: 'tides', terms: { policy } });
    return (await issueAppkey(tx, systemClock, subject.id)).appkey;
  });
  await connections.close();
  await database.close();
  return appkey;
}

const definition = {
  provider: { name: '基准单位', code: '440300' },
  name: '基准单位潮位查询',
  serviceClass: 'query',
  resource: 'tides',
  fields: [
    { name: 'id', column: 'id', type: 'varchar' },
    { name: 'timestamp', column: 'ts', type: 'timestamp' },
    { name: 'stationname', column: 'station', type: 'varchar' },
    { name: 'lon', column: 'lon', type: 'varchar' },
    { name: 'lat', column: 'lat', type: 'varchar' },
    { name: 'depth_m', column: 'depth', type: 'numeric' },
    { name: 'phone', column: 'phone', type: 'varchar' },
  ],
  parameters: [
    { name: 'input_station', column: 'station', operator: 'eq', required: true },
    { name: 'start_time', column: 'ts', operator: 'range-start', required: true },
    { name: 'end_time', column: 'ts', operator: 'range-end', required: true },
  ],
  order: [{ column: 'ts', direction: 'asc' }],
};

const policy = {
  rows: { column: 'depth', ge: 0.5 },
  masks: [{ field: 'phone', kind: 'partial', preset: 'phone' }],
  quotas: [
    { per: 'day', unit: 'calls', limit: 1_000_000_000 },
    { per: 'day', unit: 'rows', limit: 1_000_000_000_000 },
  ],
};

/** A fresh node over the databases. */
export async function governedNode(databases: Databases): Promise<{ pid: number; url: string; headers: Record<string, string>; stop(): Promise<void> }> {
  const started = await startNode({ engine: 'postgres', databaseUrl: databases.node, env: { LINGQU_NODE_KEY: databases.key.toText() } });
  return {
    pid: started.process.pid ?? 0,
    url: `${started.dataUrl}/gov/v1/tides?${query}`,
    headers: { appkey: databases.appkey },
    stop: async () => {
      await started.stop();
    },
  };
}
