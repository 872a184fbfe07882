import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import { newId } from '../../src/kernel/ids.ts';
import { asAdmin, createDatabase, dropDatabase } from './database.ts';
import { mariadbDatabase } from './mariadb.ts';
import { settingsOf } from './sharing.ts';

/** A visit to a clinic: rows by which small groups show. */
export interface Visit {
  readonly id: number;
  readonly town: string;
  readonly day: string;
  readonly age: number;
  readonly phone: string;
}

const towns = [['南山', 40], ['福田', 30], ['盐田', 9], ['大鹏', 2]] as const;

/** 81 visits in January 2026: many in two towns, few in the others. */
export const visits: readonly Visit[] = towns
  .flatMap(([town, count]) => Array.from({ length: count }, () => town))
  .map((town, index) => ({ id: index + 1, town, day: `2026-01-${String((index % 28) + 1).padStart(2, '0')}`, age: (index * 7) % 90, phone: `1380000${String(index).padStart(4, '0')}` }));

const inserted = visits.map(({ id, town, day, age, phone }) => `(${id}, '${town}', '${day}', ${age}, '${phone}')`).join(', ');

/** What a provider's database is made of; `hidden` is another schema, which no query may read. */
const tables = ['CREATE TABLE visits (id int PRIMARY KEY, town varchar(20) NOT NULL, day date NOT NULL, age int, phone varchar(20))', `INSERT INTO visits VALUES ${inserted}`];

export interface VisitsDatabase extends AsyncDisposable {
  /** The source's type. */
  readonly type: 'postgres' | 'mysql';
  /** The log-in of queries: it may SELECT from `visits` and `numbers`. */
  readonly queryUser: string;
  /** Settings of a source with that log-in. */
  readonly settings: Record<string, unknown>;
  /** As the owner of the database. */
  run(...statements: readonly string[]): Promise<void>;
  /** Lets queries read a table. */
  allow(table: string): Promise<void>;
  /** Runs one statement past the node, under the log-in of queries in a session that only reads; answers what the server said against it, or `done`. */
  pastTheNode(statement: string): Promise<string>;
}

const ownFunction = (signature: string): string => `CREATE FUNCTION ${signature} RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT word FROM hidden.secrets'`;

/** Functions that read what queries may not, under names of their own and under the server's. */
const ownCode = [
  ...['of_our_own(visits)', 'of_our_own_too(visits, int DEFAULT 1)', 'of_our_own_many(VARIADIC visits[])', 'also_ours()', 'reverse(int)', 'overlaid(int, date)'].map(ownFunction),
  'CREATE OPERATOR # (leftarg = int, rightarg = date, function = overlaid)',
  "CREATE FUNCTION to_uuid(date) RETURNS uuid LANGUAGE sql SECURITY DEFINER AS 'SELECT md5(word)::uuid FROM hidden.secrets'",
  'CREATE CAST (date AS uuid) WITH FUNCTION to_uuid(date)',
];

/** A provider's PostgreSQL database with a log-in of its own for queries. */
export async function visitsOnPostgres(): Promise<VisitsDatabase> {
  const url = await createDatabase();
  const queryUser = `lingqu_query_${newId().slice(-12)}`;
  await asAdmin(`CREATE ROLE ${queryUser} LOGIN`);
  const run = (...statements: readonly string[]): Promise<void> => onPostgres(url, {}, statements);
  const allow = (table: string): Promise<void> => run(`GRANT SELECT ON ${table} TO ${queryUser}`);
  await run(...tables, 'CREATE TABLE numbers AS SELECT i FROM generate_series(1, 3000) AS i', 'CREATE SCHEMA hidden', 'CREATE TABLE hidden.secrets (word text)', ...ownCode);
  for (const table of ['visits', 'numbers']) await allow(table);
  const asQueryUser = new URL(url);
  asQueryUser.username = queryUser;
  return {
    type: 'postgres',
    queryUser,
    settings: { ...settingsOf(url), queryUser },
    run,
    allow,
    pastTheNode: (statement) => saidAgainst(onPostgres(asQueryUser.href, { options: '-c default_transaction_read_only=on', statement_timeout: 300 }, ['BEGIN READ ONLY', statement])),
    [Symbol.asyncDispose]: async () => {
      await dropDatabase(url);
      await asAdmin(`DROP ROLE ${queryUser}`);
    },
  };
}

async function onPostgres(url: string, config: pg.ClientConfig, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url, ...config });
  client.on('error', () => {});
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The same on MariaDB, where a schema is a database. */
export async function visitsOnMariadb(): Promise<VisitsDatabase> {
  const database = await mariadbDatabase();
  const queryUser = `lingqu_query_${newId().slice(-12)}`;
  const hidden = `${database.settings.database}_hidden`;
  const run = async (...statements: readonly string[]): Promise<void> => void (await database.run(...statements));
  const allow = (table: string): Promise<void> => run(`GRANT SELECT ON ${table} TO ${queryUser}`);
  await run(...tables, 'CREATE TABLE numbers AS SELECT seq AS i FROM seq_1_to_3000', 'ALTER TABLE numbers MODIFY i int', `CREATE DATABASE ${hidden}`, `CREATE TABLE ${hidden}.secrets (word text)`);
  await run("CREATE FUNCTION also_ours() RETURNS text DETERMINISTIC RETURN 'x'", `CREATE USER ${queryUser} IDENTIFIED BY 'of queries'`);
  for (const table of ['visits', 'numbers']) await allow(table);
  return {
    type: 'mysql',
    queryUser,
    settings: { ...database.settings, queryUser, queryPassword: 'of queries' },
    run,
    allow,
    pastTheNode: async (statement) => {
      const { host, port, database: name } = database.settings;
      const connection = await createConnection({ host, port, database: name, user: queryUser, password: 'of queries' });
      try {
        for (const setting of ['SET SESSION TRANSACTION READ ONLY', 'SET SESSION max_statement_time = 0.3']) await connection.query(setting);
        return await saidAgainst(connection.query(statement.replaceAll('hidden.', `${hidden}.`)));
      } finally {
        await connection.end();
      }
    },
    [Symbol.asyncDispose]: async () => {
      await run(`DROP USER ${queryUser}`, `DROP DATABASE ${hidden}`);
      await database[Symbol.asyncDispose]();
    },
  };
}

const saidAgainst = (running: Promise<unknown>): Promise<string> => running.then(() => 'done', (error: unknown) => (error instanceof Error ? error.message : ''));

/** Both, as suites go through them. */
export const visitsDatabases = [
  { name: 'PostgreSQL', type: 'postgres', service: 'postgres', open: visitsOnPostgres },
  { name: 'MariaDB', type: 'mysql', service: 'mariadb', open: visitsOnMariadb },
] as const;
