import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { DomainError } from '../kernel/errors.ts';
import type { Database, Transaction } from './database.ts';

const folder = new URL('./migrations/', import.meta.url);
const LOCK = 0x6c696e67; // one replica migrates, the others wait

interface Migration {
  number: number;
  name: string;
  sql: string;
  checksum: string;
}

async function load(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_.+\.sql$/.test(name)).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, folder), 'utf8');
      return { number: Number(name.slice(0, 4)), name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** The tables that migrations make, by name, whether or not a database has them yet. */
export async function migrationTables(): Promise<string[]> {
  return (await load()).flatMap(({ sql }) => [...sql.matchAll(/^CREATE TABLE (\w+)/gm)].map((match) => match[1] ?? ''));
}

/**
 * Brings the database to this program's schema. Refuses (`storage.schema.newer`) a database that a newer program has
 * migrated, and (`storage.schema.altered`) one whose applied migrations are not the ones this program carries.
 * Returns the numbers applied now.
 */
export const migrate = (database: Database): Promise<number[]> => database.transaction((tx) => migrateWithin(tx));

/** As `migrate`, in a transaction of the caller's; migrations after `last` are left for later. */
export async function migrateWithin(tx: Transaction, last = Number.POSITIVE_INFINITY): Promise<number[]> {
  const known = await load();
  await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
  await tx.query(
    `CREATE TABLE IF NOT EXISTS schema_migrations (
       number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  const applied = await tx.query<{ number: number; checksum: string }>('SELECT number, checksum FROM schema_migrations ORDER BY number');
  checkApplied(applied, known);
  const pending = known.filter(({ number }) => number <= last && !applied.some((row) => row.number === number));
  for (const { number, name, sql, checksum } of pending) {
    for (const statement of statements(sql)) await tx.query(statement);
    await tx.query('INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)', [number, name, checksum]);
  }
  return pending.map((migration) => migration.number);
}

/** What `migrate` refuses of a database, or of a back-up of one. */
export async function checkMigrations(applied: readonly { readonly number: number; readonly checksum: string }[]): Promise<void> {
  checkApplied(applied, await load());
}

function checkApplied(applied: readonly { readonly number: number; readonly checksum: string }[], known: readonly Migration[]): void {
  const newest = known.at(-1)?.number ?? 0;
  for (const { number, checksum } of applied) {
    if (number > newest) {
      throw new DomainError('conflict', 'storage.schema.newer', `数据库的结构版本为 ${number}，本程序只到 ${newest}：请启动较新的程序 (the database's schema is newer than this program's: start the newer program)`);
    }
    if (known.find((migration) => migration.number === number)?.checksum !== checksum) {
      throw new DomainError('conflict', 'storage.schema.altered', `数据库中的第 ${number} 次结构变更与本程序的不同：请使用建立它的程序版本，或由备份恢复 (migration ${number} in the database is not this program's: start the version that made it, or restore a back-up)`);
    }
  }
}

/** Migrations are plain statements that end in `;` at a line's end: no functions with bodies. */
const statements = (sql: string): string[] =>
  sql
    .replaceAll(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
