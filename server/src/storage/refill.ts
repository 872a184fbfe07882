import { DomainError } from '../kernel/errors.ts';
import type { Queryable, Transaction } from './database.ts';
import { relationSql, tablesInOrder, type Relation } from './dump.ts';
import { migrationTables } from './migrate.ts';

/** Throws `restore.database.busy` while other nodes are connected to the database; on PGlite the folder's lock says so. */
export async function assertAlone(on: Queryable): Promise<void> {
  const [others] = await on.query<{ count: number }>(
    "SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lingqu%' AND pid <> pg_backend_pid()",
  );
  if ((others?.count ?? 0) === 0) return;
  throw new DomainError('conflict', 'restore.database.busy', '数据库正被运行中的节点使用，请先停止 (a running node uses the database: stop it first)');
}

/** Drops everything that a node has made in the database, and nothing else. */
export async function dropEverything(tx: Transaction): Promise<void> {
  const tables = [...(await migrationTables()), 'schema_migrations'].map((name) => relationSql({ schema: 'public', name }));
  await tx.query(`DROP TABLE IF EXISTS ${tables.join(', ')} CASCADE`);
  await tx.query('DROP SCHEMA IF EXISTS hosted CASCADE');
}

/** Takes away what migrations themselves put into the tables. */
export async function emptyTables(tx: Transaction): Promise<void> {
  await tx.query(`TRUNCATE ${(await tablesInOrder(tx)).map((table: Relation) => relationSql(table)).join(', ')}`);
}

/** Filling a whole database takes longer than a call may. */
export async function liftTimeouts(tx: Transaction): Promise<void> {
  await tx.query('SET LOCAL statement_timeout = 0');
  await tx.query('SET LOCAL idle_in_transaction_session_timeout = 0');
}
