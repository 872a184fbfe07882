import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'node:test';
import pg from 'pg';
import { newId } from '../../src/kernel/ids.ts';
import type { Database } from '../../src/storage/database.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openPglite } from '../../src/storage/pglite.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { copyTemplate } from './pglite-template.ts';
import { needs, postgresUrl } from './services.ts';

const fail = (error: Error): void => {
  throw error;
};

export interface TestDatabase extends AsyncDisposable {
  readonly database: Database;
  /** How a second connection to the same database is opened; PGlite has one session only. */
  readonly url: string | undefined;
}

/** A new, migrated embedded database in a folder of its own. */
export async function freshPglite(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'lingqu-test-'));
  await copyTemplate(join(folder, 'pg'));
  const database = await openPglite(join(folder, 'pg'), fail);
  return {
    database,
    url: undefined,
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a statement on the server's administrative database. */
export async function asAdmin(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl ?? '' });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A new database on the test server; its URL. Drop it with `dropDatabase`. */
export async function createDatabase(): Promise<string> {
  const name = `lingqu_test_${newId().replaceAll('-', '')}`;
  await asAdmin(`CREATE DATABASE ${name}`);
  const url = new URL(postgresUrl ?? '');
  url.pathname = `/${name}`;
  return url.href;
}

export const dropDatabase = (url: string): Promise<void> => asAdmin(`DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`);

/** A new, migrated database on the PostgreSQL server of LINGQU_TEST_POSTGRES_URL. */
export async function freshPostgres(): Promise<TestDatabase> {
  const url = await createDatabase();
  const database = openPostgres(url, () => {});
  await migrate(database);
  return {
    database,
    url,
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await dropDatabase(url);
    },
  };
}

/** Declares one suite for each engine: every store's suite runs on both. */
export function onBothEngines(name: string, suite: (fresh: () => Promise<TestDatabase>) => void): void {
  describe(`${name} on PGlite`, () => suite(freshPglite));
  describe(`${name} on PostgreSQL`, needs('postgres'), () => suite(freshPostgres));
}
