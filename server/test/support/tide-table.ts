import pg from 'pg';
import { createDatabase, dropDatabase } from './database.ts';

/** A provider's own database, with a table of tides of two stations: 100 hours each. */
export interface TideTable extends AsyncDisposable {
  /** Settings of a source of type `postgres`. */
  readonly settings: { readonly host: string; readonly port: number; readonly database: string; readonly user: string; readonly password: string };
  query(sql: string): Promise<unknown>;
}

const table = `
  CREATE TABLE tides (
    id integer PRIMARY KEY,
    station text NOT NULL,
    "时间" timestamp NOT NULL,
    height numeric(6,2),
    phone text
  );
  COMMENT ON TABLE tides IS '潮汐观测';
  COMMENT ON COLUMN tides.station IS '站点';
  INSERT INTO tides
  SELECT i, CASE WHEN i < 100 THEN '香港' ELSE '深圳' END, timestamp '2026-01-01' + (i % 100) * interval '1 hour', i / 100.0, '138000' || lpad(i::text, 5, '0')
  FROM generate_series(0, 199) AS i;
  CREATE TABLE "无键" (name text);`;

export async function tideTable(): Promise<TideTable> {
  const url = await createDatabase();
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // dropping the database ends it
  await client.connect();
  await client.query(table);
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    settings: { host: hostname, port: Number(port || 5432), database: pathname.slice(1), user: decodeURIComponent(username), password: decodeURIComponent(password) },
    query: (sql) => client.query(sql),
    [Symbol.asyncDispose]: async () => {
      await client.end();
      await dropDatabase(url);
    },
  };
}

/** A definition over the tide table's resource, as a provider completes it. */
export const tideDefinition = (changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  provider: { name: '深圳市海洋中心', code: '440300' },
  name: '深圳市海洋中心潮汐观测查询',
  serviceClass: 'query',
  resource: '潮汐',
  fields: [
    { name: 'id', column: 'id', type: 'int' },
    { name: 'station', column: 'station', type: 'varchar', title: '站点' },
    { name: 'time', column: '时间', type: 'timestamp' },
    { name: 'height', column: 'height', type: 'numeric' },
    { name: 'phone', column: 'phone', type: 'varchar', sensitive: true },
  ],
  parameters: [
    { name: 'station', column: 'station', operator: 'eq' },
    { name: 'startTime', column: '时间', operator: 'range-start' },
    { name: 'endTime', column: '时间', operator: 'range-end' },
  ],
  order: [{ column: '时间' }],
  ...changes,
});
