import type { Admin } from './admin.ts';

/** The table that is served: text beyond ASCII and the BMP, decimals, zoneless times, NULLs. */
export const fields = [
  { name: 'id', column: 'id', type: 'bigint' },
  { name: 'timestamp', column: 'ts', type: 'timestamp' },
  { name: 'stationname', column: 'station', type: 'varchar' },
  { name: 'depth_m', column: 'depth', type: 'numeric' },
  { name: 'remark', column: 'remark', type: 'varchar' },
  { name: 'phone', column: 'phone', type: 'varchar' },
] as const;

/** Rows of one text each, the same for every engine; `from` counts from 1. */
const row = (id: number): readonly string[] => [
  String(id),
  new Date(Date.UTC(2026, 0, 1) + id * 60_000).toISOString().slice(0, 19).replace('T', ' '),
  ['赤湾', '香港', '大连'][id % 3] ?? '',
  ((id % 500) / 100).toFixed(3),
  id % 7 === 0 ? '' : `第 ${id} 次观测，风浪正常 🌊，由自动站记录并经人工复核后入库`,
  `1380013${String(id % 10_000).padStart(4, '0')}`,
];

export const csvOf = (rows: number): string => `id,ts,station,depth,remark,phone\n${Array.from({ length: rows }, (_, index) => row(index + 1).join(',')).join('\n')}\n`;

/** SQL that makes the same table of PostgreSQL's own; NULL where the CSV is empty. */
export const tableSql = (rows: number): readonly string[] => [
  'CREATE TABLE readings (id bigint PRIMARY KEY, ts timestamp NOT NULL, station text NOT NULL, depth numeric(8,3), remark text, phone text)',
  `INSERT INTO readings SELECT i, timestamp '2026-01-01' + i * interval '1 minute', (ARRAY['赤湾','香港','大连'])[1 + i % 3], (i % 500) / 100.0,
     CASE WHEN i % 7 = 0 THEN NULL ELSE '第 ' || i || ' 次观测，风浪正常 🌊，由自动站记录并经人工复核后入库' END, '1380013' || lpad((i % 10000)::text, 4, '0')
   FROM generate_series(1, ${rows}) i`,
  'ANALYZE readings',
];

const definition = (resource: string) => ({
  provider: { name: '验证单位', code: '440300' },
  name: '验证单位潮位观测查询',
  serviceClass: 'query',
  resource,
  fields,
  parameters: [{ name: 'station', column: 'station', operator: 'eq' }],
  order: [{ column: 'id', direction: 'asc' }],
  cap: 2_000_000,
});

/** A product that is published and not yet granted to anyone. */
export interface LoadProduct {
  readonly id: string;
  readonly code: string;
}

/** Publishes a table of a source that the node knows already. */
async function publish(admin: Admin, source: string, table: string): Promise<LoadProduct> {
  await admin.post('/resources', { name: 'readings', source, table });
  const product = await admin.post<LoadProduct & { version: number }>('/products', { code: 'readings', definition: definition('readings') });
  await admin.post(`/products/${product.id}/publish`, undefined, product.version);
  return product;
}

/** Publishes `readings` of the PostgreSQL database at `url`. */
export async function publishFromPostgres(admin: Admin, url: string, settings: Readonly<Record<string, unknown>> = {}): Promise<LoadProduct> {
  const { hostname: host, port, username: user, password, pathname } = new URL(url);
  await admin.post('/sources', { name: 'load', type: 'postgres', settings: { host, port: Number(port || 5432), user, password, database: pathname.slice(1), ...settings } });
  return publish(admin, 'load', 'readings');
}

/** Imports the rows into the node itself, and publishes them. */
export async function publishHosted(admin: Admin, rows: number): Promise<LoadProduct> {
  const columns = [{ name: 'id', type: 'bigint' }, { name: 'ts', type: 'timestamp' }, { name: 'station', type: 'text' }, { name: 'depth', type: 'decimal' }, { name: 'remark', type: 'text' }, { name: 'phone', type: 'text' }];
  const query = new URLSearchParams({ name: 'readings', columns: JSON.stringify(columns), indexes: '[["id"]]' });
  await admin.call('POST', `/imports?${query.toString()}`, csvOf(rows), { 'content-type': 'text/csv' });
  return publish(admin, 'hosted', 'readings');
}

/** A caller with his right: what is needed to call, and to take the right away again. */
export interface LoadCaller {
  readonly appkey: string;
  readonly subject: string;
  readonly grantId: string;
  readonly credentialId: string;
}

let callers = 0;

/** A new subject with an appkey and a grant of the product. */
export async function grantTo(admin: Admin, product: string, terms: Readonly<Record<string, unknown>> = {}): Promise<LoadCaller> {
  callers += 1;
  const subject = `load-${callers}`;
  await admin.post('/subjects', { name: subject, kind: 'application' });
  const grant = await admin.post<{ id: string }>('/grants', { subject, product, terms: { policy: {}, ...terms } });
  const issued = await admin.post<{ secret: string; credential: { id: string } }>(`/subjects/${subject}/credentials`, {});
  return { appkey: issued.secret, subject, grantId: grant.id, credentialId: issued.credential.id };
}
