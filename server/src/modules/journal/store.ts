import { DomainError } from '../../kernel/errors.ts';
import { quoteName, type Database, type Queryable, type SqlValue, type Transaction } from '../../storage/database.ts';
import type { JournalFilter, JournalRecord } from './model.ts';
import type { Month } from './months.ts';
import { cellsOf, journalColumns, journalSelection, recordOfRow, type StoredRecord } from './record.ts';

// ---- writers ---------------------------------------------------------------------------------------------------------

/** The writer of what is journalled in the transaction of a change, shared by all replicas; made by the migration. */
export const sharedWriter = '00000000-0000-4000-8000-6f7065726174';

const EPOCH_LOCK = 0x65706f63;
const PARTITION_LOCK = 0x70617274;

/** Begins a new epoch of a writer, greater than every epoch of this database before it. */
export function beginEpoch(database: Database, writer: string): Promise<number> {
  return database.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [EPOCH_LOCK]);
    const [row] = await tx.query<{ epoch: number }>(
      'INSERT INTO journal_writers (writer, epoch) SELECT $1::uuid, coalesce(max(epoch), 0) + 1 FROM journal_writers RETURNING epoch',
      [writer],
    );
    return row?.epoch ?? 0;
  });
}

/** Notes where a writer ended: an epoch without this note ended with its process. */
export async function endEpoch(database: Database, writer: string, epoch: number, sequence: number): Promise<void> {
  await database.query('UPDATE journal_writers SET sequence = $3, closed_at = now() WHERE writer = $1 AND epoch = $2', [writer, epoch, sequence]);
}

/** Appends records in one statement: all or nothing. */
export const appendRecords = (database: Database, records: readonly JournalRecord[], within?: Transaction): Promise<void> =>
  database.append('journal', journalColumns, records.map(cellsOf), within);

/** How many of these records of one writer and epoch, in sequence, are in the journal. */
export async function countArrived(database: Database, records: readonly JournalRecord[]): Promise<number> {
  const [first] = records;
  const last = records.at(-1);
  if (first === undefined || last === undefined) return 0;
  const times = records.map((record) => record.at).toSorted();
  const [row] = await database.query<{ arrived: number }>(
    `SELECT count(*) AS arrived FROM journal
     WHERE at BETWEEN $1 AND $2 AND writer = $3 AND epoch = $4 AND sequence BETWEEN $5 AND $6`,
    [times.at(0) ?? '', times.at(-1) ?? '', first.writer, first.epoch, first.sequence, last.sequence],
  );
  return row?.arrived ?? 0;
}

// ---- partitions --------------------------------------------------------------------------------------------------------

/**
 * Makes the partitions that are missing and returns their names. ATTACH leaves the journal open to writers meanwhile;
 * the lock lets one replica make them while the others wait and then find them.
 */
export async function makePartitions(tx: Transaction, months: readonly Month[]): Promise<string[]> {
  const present = new Set(await lockPartitions(tx));
  const missing = months.filter(({ partition }, index) => !present.has(partition) && months.findIndex((month) => month.partition === partition) === index);
  for (const { partition, from, to } of missing) {
    await tx.query(`CREATE TABLE ${partition} (LIKE journal INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
    await tx.query(`ALTER TABLE journal ATTACH PARTITION ${partition} FOR VALUES FROM ('${from.toISOString()}') TO ('${to.toISOString()}')`);
  }
  return missing.map(({ partition }) => partition);
}

/** Keeps others from making and dropping partitions until the end of the transaction; their names, oldest first. */
export async function lockPartitions(tx: Transaction): Promise<string[]> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
  const rows = await tx.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'journal'::regclass ORDER BY c.relname`,
  );
  return rows.map((row) => row.name);
}

export async function countPartition(tx: Transaction, partition: string): Promise<number> {
  const [row] = await tx.query<{ records: number }>(`SELECT count(*) AS records FROM ${quoteName(partition)}`);
  return row?.records ?? 0;
}

/** Gives up soon where a long reader would make the writers wait behind this. */
export async function dropPartition(tx: Transaction, partition: string): Promise<void> {
  await tx.query("SET LOCAL lock_timeout = '2s'");
  await tx.query(`DROP TABLE ${quoteName(partition)}`);
}

// ---- records in the transaction of a change --------------------------------------------------------------------------------

export interface NextPlace {
  readonly at: Date;
  readonly writer: string;
  readonly epoch: number;
  readonly sequence: number;
  /** Whether the partition of `at` is there. */
  readonly partitioned: boolean;
}

/** The next place of the shared writer, in database time. Other transactions that ask wait for the end of this one. */
export async function nextPlace(tx: Transaction): Promise<NextPlace> {
  const [row] = await tx.query<NextPlace>(
    `UPDATE journal_writers SET sequence = sequence + 1 WHERE writer = $1
     RETURNING date_trunc('milliseconds', clock_timestamp()) AS at, writer, epoch, sequence,
       to_regclass('journal_' || to_char(clock_timestamp() AT TIME ZONE 'Asia/Shanghai', 'YYYY_MM')) IS NOT NULL AS partitioned`,
    [sharedWriter],
  );
  if (row === undefined) throw new DomainError('internal', 'journal.writer.missing', 'The row of the shared journal writer is missing: restore the table journal_writers.');
  return row;
}

/** Taken before the lock on partitions by whoever needs both: `recordWithin` comes to them in this order. */
export async function lockSharedWriter(tx: Transaction): Promise<void> {
  await tx.query('SELECT FROM journal_writers WHERE writer = $1 FOR UPDATE', [sharedWriter]);
}

export async function insertRecord(tx: Transaction, record: JournalRecord): Promise<void> {
  const places = journalColumns.map((_, index) => `$${index + 1}`);
  await tx.query(`INSERT INTO journal (${journalColumns.join(', ')}) VALUES (${places.join(', ')})`, cellsOf(record));
}

// ---- reading -----------------------------------------------------------------------------------------------------------

/** What the journal is ordered by. */
export type Position = Pick<JournalRecord, 'at' | 'writer' | 'epoch' | 'sequence'>;

export interface Reading {
  readonly order: 'newest' | 'oldest';
  /** Only what comes after this in the order. */
  readonly after?: Position | undefined;
  readonly limit: number;
  /** Only what is not later than this. */
  readonly through?: Date | undefined;
}

const filterColumns = [
  ['productId', 'product_id'], ['productCode', 'product_code'], ['subjectId', 'subject_id'], ['result', 'result'], ['requestId', 'request_id'],
  ['stream', 'stream'], ['actor', 'actor'],
] as const satisfies readonly (readonly [keyof JournalFilter, string])[];

export async function readRecords(on: Queryable, filter: JournalFilter, reading: Reading): Promise<JournalRecord[]> {
  const values: SqlValue[] = [];
  const bind = (value: SqlValue): string => `$${values.push(value)}`;
  const conditions = ['true'];
  if (filter.from !== undefined) conditions.push(`at >= ${bind(filter.from)}`);
  if (filter.to !== undefined) conditions.push(`at < ${bind(filter.to)}`);
  if (reading.through !== undefined) conditions.push(`at <= ${bind(reading.through)}`);
  for (const [key, column] of filterColumns) {
    const value = filter[key];
    // No text of the journal holds NUL, and PostgreSQL takes none.
    if (value !== undefined) conditions.push(value.includes('\0') ? 'false' : `${column} = ${bind(value)}`);
  }
  const newest = reading.order === 'newest';
  if (reading.after !== undefined) {
    const { at, writer, epoch, sequence } = reading.after;
    const compare = newest ? '<' : '>';
    // The first comparison repeats the second for the choice of partitions.
    conditions.push(`at ${compare}= ${bind(at)} AND (at, writer, epoch, sequence) ${compare} (${bind(at)}, ${bind(writer)}, ${bind(epoch)}, ${bind(sequence)})`);
  }
  const direction = newest ? 'DESC' : 'ASC';
  const rows = await on.query<StoredRecord>(
    `SELECT ${journalSelection} FROM journal WHERE ${conditions.join(' AND ')}
     ORDER BY journal.at ${direction}, writer ${direction}, epoch ${direction}, sequence ${direction} LIMIT ${bind(reading.limit)}`,
    values,
  );
  return rows.map(recordOfRow);
}

/** The time of the newest record, undefined if there is none. */
export async function newestAt(on: Queryable): Promise<Date | undefined> {
  const [row] = await on.query<{ at: Date }>('SELECT at FROM journal ORDER BY at DESC LIMIT 1');
  return row?.at;
}
