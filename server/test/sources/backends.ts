import pg from 'pg';
import type { ColumnType } from '../../src/modules/policy/index.ts';
import type { HostedColumn, SourceSettings } from '../../src/modules/resources/index.ts';
import { openHosted } from '../../src/sources/hosted/index.ts';
import { postgresSource } from '../../src/sources/postgres/index.ts';
import { quoteName } from '../../src/storage/database.ts';
import { createDatabase, dropDatabase, type TestDatabase } from '../support/database.ts';
import type { Harness } from './contract.ts';
import type { SampleTable } from './sample.ts';

const postgresTypes = {
  text: 'text',
  integer: 'integer',
  bigint: 'bigint',
  decimal: 'numeric',
  float: 'double precision',
  boolean: 'boolean',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  binary: 'bytea',
  json: 'json',
  uuid: 'uuid',
} as const satisfies Partial<Record<ColumnType, string>>;

type PostgresType = keyof typeof postgresTypes;
export const postgresColumnTypes = Object.keys(postgresTypes) as PostgresType[];
const isPostgresType = (type: ColumnType): type is PostgresType => type in postgresTypes;

/** Settings by which a source of type `postgres` reaches the database of a URL. */
export function settingsOf(url: string): SourceSettings {
  const { hostname, port, username, password, pathname } = new URL(url);
  return { host: hostname, port: Number(port === '' ? 5432 : port), user: decodeURIComponent(username), password: decodeURIComponent(password), database: pathname.slice(1) };
}

export const sqlOf = (name: string): string => `public.${quoteName(name)}`;

/** Makes a sample's table on a PostgreSQL server. */
export async function putOnPostgres(client: pg.Client, table: SampleTable): Promise<void> {
  const comment = (text: string): string => pg.escapeLiteral(text);
  await client.query(`DROP TABLE IF EXISTS ${sqlOf(table.name)}`);
  const columns = table.columns.map(({ name, type }) => `${quoteName(name)} ${isPostgresType(type) ? postgresTypes[type] : 'text'}`);
  await client.query(`CREATE TABLE ${sqlOf(table.name)} (${columns.join(', ')}, PRIMARY KEY (${quoteName(table.key)}))`);
  await client.query(`COMMENT ON TABLE ${sqlOf(table.name)} IS ${comment(table.comment)}`);
  for (const column of table.columns) await client.query(`COMMENT ON COLUMN ${sqlOf(table.name)}.${quoteName(column.name)} IS ${comment(column.comment ?? '')}`);
  const cells = (row: readonly (string | null)[]): (string | Buffer | null)[] => row.map((cell, index) => (table.columns[index]?.type === 'binary' && cell !== null ? Buffer.from(cell, 'hex') : cell));
  const places = table.columns.map((_, index) => `$${index + 1}`).join(', ');
  await client.query('BEGIN');
  for (const row of table.rows) await client.query(`INSERT INTO ${sqlOf(table.name)} VALUES (${places})`, cells(row));
  await client.query('COMMIT');
}

/** @param changes to the settings of the source */
export async function postgresHarness(changes: SourceSettings = {}): Promise<Harness> {
  const url = await createDatabase();
  const connection = postgresSource.open({ ...settingsOf(url), connections: 4, ...changes });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    connection,
    streams: 2,
    oddName: `t"; DROP TABLE 'x`,
    put: async (table) => {
      await putOnPostgres(client, table);
      return { schema: 'public', name: table.name };
    },
    drop: async ({ name }) => {
      await client.query(`DROP TABLE ${sqlOf(name)}`);
    },
    [Symbol.asyncDispose]: async () => {
      await connection.close();
      await client.end();
      await dropDatabase(url);
    },
  };
}

export const hostedTypes = ['text', 'integer', 'bigint', 'decimal', 'float', 'boolean', 'date', 'time', 'timestamp', 'timestamptz'] as const satisfies readonly HostedColumn['type'][];
const isHostedType = (type: ColumnType): type is HostedColumn['type'] => hostedTypes.some((each) => each === type);

export async function hostedHarness(fresh: () => Promise<TestDatabase>): Promise<Harness> {
  const node = await fresh();
  const hosted = openHosted(node.database, node.url, 4);
  return {
    connection: hosted.type.open({}),
    streams: node.url === undefined ? undefined : 2,
    oddName: '潮位-a.b_1',
    put: async (table) => {
      await hosted.tables.load({
        name: table.name,
        title: table.comment,
        attribution: '',
        columns: table.columns.map(({ name, type, comment = '' }) => ({ name, type: isHostedType(type) ? type : 'text', comment })),
        indexes: [],
        rows: inOneBatch(table),
        progress: () => {},
      });
      return { schema: '', name: table.name };
    },
    drop: ({ name }) => hosted.tables.remove(name),
    [Symbol.asyncDispose]: async () => {
      await hosted.close();
      await node[Symbol.asyncDispose]();
    },
  };
}

async function* inOneBatch(table: SampleTable): AsyncGenerator<SampleTable['rows']> {
  yield table.rows;
}
