import pg from 'pg';
import { newId } from '../../src/kernel/ids.ts';
import { asAdmin, createDatabase, dropDatabase } from './database.ts';
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

const tables = `
  CREATE TABLE visits (id int PRIMARY KEY, town text NOT NULL, day date NOT NULL, age int, phone text);
  CREATE TABLE numbers AS SELECT i FROM generate_series(1, 3000) AS i;
  CREATE SCHEMA hidden;
  CREATE TABLE hidden.secrets (word text);
  INSERT INTO hidden.secrets VALUES ('a word that nobody may see');
  CREATE FUNCTION of_our_own(visits) RETURNS text LANGUAGE sql AS 'SELECT ''x''';
  CREATE FUNCTION also_ours() RETURNS text LANGUAGE sql AS 'SELECT ''x''';`;

export interface VisitsDatabase extends AsyncDisposable {
  readonly url: string;
  /** The log-in of queries: it may SELECT from `visits` and `numbers`. */
  readonly queryUser: string;
  /** Settings of a source with that log-in. */
  readonly settings: Record<string, unknown>;
  /** As the owner of the database. */
  run(...statements: readonly string[]): Promise<void>;
}

/** A provider's database with a log-in of its own for queries. */
export async function visitsDatabase(): Promise<VisitsDatabase> {
  const url = await createDatabase();
  const queryUser = `lingqu_query_${newId().slice(-12)}`;
  await asAdmin(`CREATE ROLE ${queryUser} LOGIN`);
  const run = async (...statements: readonly string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  const rows = visits.map(({ id, town, day, age, phone }) => `(${id}, '${town}', '${day}', ${age}, '${phone}')`);
  await run(tables, `INSERT INTO visits VALUES ${rows.join(', ')}`, `GRANT SELECT ON visits, numbers TO ${queryUser}`);
  return {
    url,
    queryUser,
    settings: { ...settingsOf(url), queryUser },
    run,
    [Symbol.asyncDispose]: async () => {
      await dropDatabase(url);
      await asAdmin(`DROP ROLE ${queryUser}`);
    },
  };
}
