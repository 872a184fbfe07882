import assert from 'node:assert/strict';
import { DomainError, type ErrorKind } from '../../src/kernel/errors.ts';
import type { ColumnType, OrderTerm } from '../../src/modules/policy/index.ts';
import type { ReadColumn, ReadPlan, RowBatch, RowShape, SourceConnection, TableDescription, TableName } from '../../src/modules/resources/index.ts';
import type { SampleTable } from './sample.ts';

/** One source of a type, with what its tests need beside the port. */
export interface Harness extends AsyncDisposable {
  readonly connection: SourceConnection;
  /** How many streams can be open at one time; undefined where streams hold nothing. */
  readonly streams: number | undefined;
  /** A name as odd as the source allows. */
  readonly oddName: string;
  /** The same of a column; absent: any text will do. */
  readonly oddColumn?: string;
  /**
   * How a value reads once it was put, in the canonical text of samples; undefined where a column of the type cannot hold
   * it. Absent: every value is held as it is.
   */
  readonly stored?: (type: ColumnType, value: string) => string | undefined;
  /** Makes a table, or replaces the one of that name. */
  put(table: SampleTable): Promise<TableName>;
  drop(table: TableName): Promise<void>;
}

export interface Bench {
  readonly harness: Harness;
  readonly connection: SourceConnection;
}

/** The sample as the source can hold it: NULL where it cannot. */
export const held = ({ stored }: Harness, sample: SampleTable): SampleTable =>
  stored === undefined ? sample : { ...sample, rows: sample.rows.map((row) => row.map((cell, index) => (cell === null ? null : (stored(sample.columns[index]?.type ?? 'other', cell) ?? null)))) };

// ---- how the parts of the contract speak to a source ----------------------------------------------------------------

export const never = new AbortController().signal;
export const everything = { op: 'all', of: [] } as const;
export const maskKey = Buffer.from('a key of thirty-two bytes, 32 !!');

/** The table as its source describes it. */
export async function described(connection: SourceConnection, name: TableName): Promise<TableDescription> {
  const found = (await connection.describeTables()).find((table) => table.name === name.name && table.schema === name.schema);
  assert.ok(found, `table ${name.name} is described`);
  return found;
}

export const textColumn = (column: string, columnType: ColumnType = 'text', name = column): ReadColumn => ({ name, column, columnType, mask: null, form: 'text' });

/** A plan over a described table; the order ends in its key, as every plan's does. */
export function planOf(table: TableDescription, columns: readonly ReadColumn[], changes: Partial<ReadPlan> = {}): ReadPlan {
  const order = changes.order ?? [];
  return {
    table: { schema: table.schema, name: table.name },
    columns,
    natives: Object.fromEntries(table.columns.map((column) => [column.name, column.native])),
    types: Object.fromEntries(table.columns.map((column) => [column.name, column.type])),
    where: everything,
    inputs: {},
    offset: 0,
    limit: 10_000,
    whole: true,
    maskKey,
    ...changes,
    order: [...order, ...keyOrder(table).filter((term) => !order.some((each) => each.column === term.column))],
  };
}

const keyOrder = (table: TableDescription): OrderTerm[] => table.key.map((column) => ({ column, direction: 'asc' }));

/** Everything of a batch as rows of JSON values or of cells. */
export function valuesOf(batch: RowBatch): unknown[][] {
  if (batch.kind === 'cells') return batch.rows.map((row) => [...row]);
  const rows = JSON.parse(`[${batch.text}]`) as Record<string, unknown>[];
  assert.equal(rows.length, batch.count);
  return rows.map((row) => Object.values(row));
}

export async function page(connection: SourceConnection, plan: ReadPlan, shape: RowShape = 'cells'): Promise<unknown[][]> {
  const batch = await connection.readPage(plan, shape, 1e9, never);
  assert.ok(batch);
  assert.equal(batch.kind, shape);
  return valuesOf(batch);
}

export async function stream(connection: SourceConnection, plan: ReadPlan, shape: RowShape = 'cells'): Promise<unknown[][]> {
  const opened = await connection.openStream(plan, shape, never);
  const rows: unknown[][] = [];
  for await (const batch of opened.batches) {
    assert.equal(batch.kind, shape);
    rows.push(...valuesOf(batch));
  }
  opened.cancel();
  if (opened.rows !== undefined) assert.equal(rows.length, opened.rows);
  return rows;
}

export const failsWith =
  (kind: ErrorKind) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof DomainError, `a DomainError, not ${String(error)}`);
    assert.equal(error.kind, kind, `${error.code}: ${String(error.cause)}`);
    return true;
  };
