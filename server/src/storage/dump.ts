import { quoteName, type Queryable, type Transaction } from './database.ts';
import { migrationTables } from './migrate.ts';

/** A table as it is told in a back-up. */
export interface Relation {
  readonly schema: 'public' | 'hosted';
  readonly name: string;
}

export const relationSql = ({ schema, name }: Relation): string => `${quoteName(schema)}.${quoteName(name)}`;

/** One transaction that sees the database as it is at its beginning, however long it reads. */
export async function beginSnapshot(tx: Transaction): Promise<void> {
  await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  await tx.query("SET LOCAL statement_timeout = 0");
  await tx.query("SET LOCAL idle_in_transaction_session_timeout = '10min'"); // whoever takes the rows may be slow
}

export interface AppliedMigration {
  readonly number: number;
  readonly checksum: string;
}

/** Empty in a database that no node has ever used. */
export async function appliedMigrations(on: Queryable): Promise<AppliedMigration[]> {
  const [found] = await on.query<{ there: boolean }>("SELECT to_regclass('public.schema_migrations') IS NOT NULL AS there");
  return found?.there === true ? on.query<AppliedMigration>('SELECT number, checksum FROM public.schema_migrations ORDER BY number') : [];
}

/** The node's own tables, each after those that it refers to; the journal, whose rows stand in its partitions, is not among them. */
export async function tablesInOrder(on: Queryable): Promise<Relation[]> {
  const own = await migrationTables();
  const tables = await on.query<{ name: string; refers: string[] }>(
    `SELECT c.relname AS name, array(
       SELECT DISTINCT f.relname::text FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid WHERE k.contype = 'f' AND k.conrelid = c.oid AND f.oid <> c.oid
     ) AS refers
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname = ANY ($1) ORDER BY c.relname`,
    [own],
  );
  const ordered: string[] = [];
  while (ordered.length < tables.length) {
    const ready = tables.filter(({ name, refers }) => !ordered.includes(name) && refers.every((other) => ordered.includes(other)));
    if (ready.length === 0) throw new TypeError('tables refer to one another in a circle');
    ordered.push(...ready.map(({ name }) => name));
  }
  return ordered.map((name) => ({ schema: 'public', name }));
}

export async function journalPartitions(on: Queryable): Promise<Relation[]> {
  const rows = await on.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'public.journal'::regclass ORDER BY c.relname`,
  );
  return rows.map(({ name }) => ({ schema: 'public', name }));
}

export async function columnsOf(on: Queryable, relation: Relation): Promise<string[]> {
  const rows = await on.query<{ name: string }>(
    'SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum',
    [relationSql(relation)],
  );
  return rows.map(({ name }) => name);
}

/** Columns of each index beside the primary key's, and columns that take no NULL. */
export async function indexesOf(on: Queryable, relation: Relation): Promise<{ indexes: string[][]; notNull: string[] }> {
  const table = relationSql(relation);
  const indexes = await on.query<{ columns: string[] }>(
    `SELECT array_agg(a.attname::text ORDER BY k.place) AS columns FROM pg_index i
     CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
     WHERE i.indrelid = $1::regclass AND NOT i.indisprimary GROUP BY i.indexrelid ORDER BY i.indexrelid`,
    [table],
  );
  const notNull = await on.query<{ name: string }>('SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND attnotnull ORDER BY attnum', [table]);
  return { indexes: indexes.map(({ columns }) => columns), notNull: notNull.map(({ name }) => name) };
}

/** Keeps the tables from being dropped or altered until the transaction ends. */
export async function holdTables(tx: Transaction, relations: readonly Relation[]): Promise<void> {
  for (const relation of relations) await tx.query(`LOCK TABLE ${relationSql(relation)} IN ACCESS SHARE MODE`);
}

/** So many blocks of a table are read at a time: 128 KiB, and what their long values hold elsewhere. */
const BLOCKS = 16;

export interface Lines {
  readonly rows: number;
  /** A row a line: a JSON array of its values' texts, null for NULL. Each line ends in a line feed. */
  readonly text: string;
}

/**
 * All rows of a table as it is when reading begins, a few blocks at a time. Outside of a snapshot this is exact for
 * tables whose rows only come, or never change.
 */
export async function* linesOf(on: Queryable, relation: Relation, columns: readonly string[]): AsyncGenerator<Lines> {
  const table = relationSql(relation);
  const [size] = await on.query<{ blocks: number }>("SELECT pg_relation_size($1::regclass) / current_setting('block_size')::int8 AS blocks", [table]);
  const row = `to_json(ARRAY[${columns.map((name) => `${quoteName(name)}::text`).join(', ')}]::text[])::text`;
  const sql = `SELECT count(*)::int AS rows, string_agg(${row} || E'\\n', '') AS text FROM ${table} WHERE ctid >= $1::tid AND ctid < $2::tid`;
  for (let block = 0; block < (size?.blocks ?? 0); block += BLOCKS) {
    const [lines] = await on.query<{ rows: number; text: string | null }>(sql, [`(${block},0)`, `(${block + BLOCKS},0)`]);
    if (lines?.text !== undefined && lines.text !== null) yield { rows: lines.rows, text: lines.text };
  }
}
