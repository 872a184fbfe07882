import pg from 'pg';
import { newId } from '../server/src/kernel/ids.ts';
import { NodeKey } from '../server/src/storage/node-key.ts';
import { startNode, type StartedNode } from '../server/test/support/node.ts';

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

/** Describes the product through the management API, as an operator would; answers the appkey. */
async function describeProduct(nodeUrl: string, sourceUrl: string, key: NodeKey): Promise<string> {
  await using node = await startNode({ engine: 'postgres', databaseUrl: nodeUrl, env: { LINGQU_NODE_KEY: key.toText() } });
  const { hostname: host, port, username: user, pathname } = new URL(sourceUrl);
  await post(node, '/sources', { name: 'bench', type: 'postgres', settings: { host, port: Number(port || 5432), user, database: pathname.slice(1) } });
  await post(node, '/resources', { name: 'tides', source: 'bench', table: 'tides' });
  await post(node, '/products', { code: 'tides', definition });
  await post(node, '/products/tides/publish', undefined, { 'if-match': '"1"' });
  await post(node, '/subjects', { name: 'bench', kind: 'application' });
  await post(node, '/grants', { subject: 'bench', product: 'tides', terms: { policy } });
  const { secret: appkey } = await post<{ secret: string }>(node, '/subjects/bench/credentials', {});
  return appkey;
}

async function post<T>(node: StartedNode, path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
  const answer = await fetch(`${node.managementUrl}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${node.operatorToken}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
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
