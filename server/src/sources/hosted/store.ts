import { quoteName, type Queryable, type Transaction } from '../../storage/database.ts';
import type { HostedColumn, HostedTable } from '../../modules/resources/index.ts';

/** A hosted table with the physical table of schema `hosted` that holds its rows now. */
export interface RegisteredTable extends HostedTable {
  readonly physical: string;
}

/** The key of every hosted table: the rows' numbers in the order of their import. */
export const ROW = '_row';

const sqlTypes: Readonly<Record<HostedColumn['type'], string>> = {
  // By code point, so that order and comparison are the same on every engine, and an index serves both.
  text: 'text COLLATE "C"',
  integer: 'integer',
  bigint: 'bigint',
  decimal: 'numeric',
  float: 'double precision',
  boolean: 'boolean',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
};

/** The name of a type as PostgreSQL describes it. */
export const nativeOf = (type: HostedColumn['type']): string => nativeNames[type] ?? type;
const nativeNames: Partial<Record<HostedColumn['type'], string>> = {
  decimal: 'numeric',
  float: 'double precision',
  time: 'time without time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
};

// ---- registry -----------------------------------------------------------------------------------------------------

interface TableRow {
  name: string;
  title: string;
  physical: string;
  columns: readonly HostedColumn[];
  rows: number;
  attribution: string;
  imported_at: Date;
}

const toTable = ({ imported_at, ...row }: TableRow): RegisteredTable => ({ ...row, importedAt: imported_at });

export async function listTables(on: Queryable, page?: { readonly after: string; readonly limit: number }): Promise<RegisteredTable[]> {
  return (await on.query<TableRow>('SELECT * FROM hosted_tables WHERE name COLLATE "C" > $1 ORDER BY name COLLATE "C" LIMIT $2::int8', [page?.after ?? '', page?.limit ?? null])).map(toTable);
}

export async function findTable(on: Queryable, name: string): Promise<RegisteredTable | undefined> {
  const [row] = await on.query<TableRow>('SELECT * FROM hosted_tables WHERE name = $1', [name]);
  return row === undefined ? undefined : toTable(row);
}

/** One import of a name at a time swaps its table. */
export async function lockName(tx: Transaction, name: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`hosted:${name}`]);
}

export async function putTable(tx: Transaction, table: Omit<RegisteredTable, 'importedAt'>): Promise<void> {
  await tx.query(
    `INSERT INTO hosted_tables (name, title, physical, columns, rows, attribution) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (name) DO UPDATE SET title = excluded.title, physical = excluded.physical, columns = excluded.columns,
       rows = excluded.rows, attribution = excluded.attribution, imported_at = now()`,
    [table.name, table.title, table.physical, JSON.stringify(table.columns), table.rows, table.attribution],
  );
}

export async function deleteTable(tx: Transaction, name: string): Promise<void> {
  await tx.query('DELETE FROM hosted_tables WHERE name = $1', [name]);
}

/** Names of the resources that stand on a hosted table. */
export async function resourcesOn(on: Queryable, name: string): Promise<string[]> {
  const rows = await on.query<{ name: string }>(
    `SELECT r.name FROM resources r JOIN sources s ON s.id = r.source_id WHERE s.type = 'hosted' AND r.location->>'name' = $1 ORDER BY r.name`,
    [name],
  );
  return rows.map((row) => row.name);
}

/** Open connections to hosted tables are opened anew at their next use: what they know of the tables is old. */
export async function touchHostedSources(tx: Transaction): Promise<void> {
  await tx.query("UPDATE sources SET version = version + 1 WHERE type = 'hosted'");
}

// ---- physical tables ----------------------------------------------------------------------------------------------

export const physicalSql = (physical: string): string => `hosted.${quoteName(physical)}`;

/** A new name that carries its time, so that what an interrupted import left behind can be told from a running one. */
export async function newPhysicalName(on: Queryable, unique: string): Promise<string> {
  const [row] = await on.query<{ ms: number }>('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8 AS ms');
  return `t_${row?.ms ?? 0}_${unique}`;
}

export async function createPhysical(on: Queryable, physical: string, columns: readonly HostedColumn[]): Promise<void> {
  const definitions = columns.map((column) => `${quoteName(column.name)} ${sqlTypes[column.type]}`);
  await on.query(`CREATE TABLE ${physicalSql(physical)} (${[`${ROW} bigint PRIMARY KEY`, ...definitions].join(', ')})`);
}

/** Indexes, knowledge of NULLs and statistics of a filled table. */
export async function finishPhysical(tx: Transaction, physical: string, indexes: readonly (readonly string[])[], filled: readonly string[]): Promise<void> {
  const table = physicalSql(physical);
  await tx.query('SET LOCAL statement_timeout = 0'); // an index over many rows takes its time
  for (const columns of indexes) await tx.query(`CREATE INDEX ON ${table} (${[...columns, ROW].map(quoteName).join(', ')})`);
  if (filled.length > 0) await tx.query(`ALTER TABLE ${table} ${filled.map((name) => `ALTER COLUMN ${quoteName(name)} SET NOT NULL`).join(', ')}`);
  await tx.query(`ANALYZE ${table}`);
}

/** Waits a moment only for readers that hold the table, then fails. */
export async function dropPhysical(tx: Transaction, physical: string): Promise<void> {
  await tx.query("SET LOCAL lock_timeout = '1s'");
  await tx.query(`DROP TABLE IF EXISTS ${physicalSql(physical)}`);
}

/** Physical tables that nothing points to and that no running import can still be filling. */
export async function leftovers(on: Queryable, olderThan: string): Promise<string[]> {
  const rows = await on.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'hosted' AND c.relkind = 'r' AND c.relname ~ '^t_[0-9]{1,15}_'
       AND NOT EXISTS (SELECT FROM hosted_tables h WHERE h.physical = c.relname)
       AND to_timestamp(split_part(c.relname, '_', 2)::int8 / 1000.0) <= clock_timestamp() - $1::interval`,
    [olderThan],
  );
  return rows.map((row) => row.name);
}
