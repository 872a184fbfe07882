import pg from 'pg';
import { DomainError } from '../../kernel/errors.ts';
import type { Cell, Queryable } from '../../storage/database.ts';
import type { HostedColumn } from '../../modules/resources/index.ts';
import { nativeOf } from './store.ts';

/** SQLSTATE class 22, data exception: a value does not fit its type. */
const isDataError = (error: unknown): boolean => error instanceof pg.DatabaseError && (error.code ?? '').startsWith('22');

/**
 * What the database refused a batch of rows for, in words that name row and column; other errors are given back as they
 * are. COPY names the place of a bad value and INSERT does not, so the cell is sought in the same way on both engines.
 * `before` is the number of rows that were loaded before this batch.
 */
export async function explainRefusal(on: Queryable, columns: readonly HostedColumn[], batch: readonly (readonly Cell[])[], before: number, error: unknown): Promise<unknown> {
  if (!isDataError(error)) return error;
  for (const [index, column] of columns.entries()) {
    const cells = batch.map((row) => row[index] ?? null);
    const place = await findBad(on, column, cells);
    if (place !== undefined) return badCell(before + place + 1, column, cells[place] ?? null, error);
  }
  return error;
}

/** The place of the first cell that does not fit: the half that fails is halved again. */
async function findBad(on: Queryable, column: HostedColumn, cells: readonly Cell[]): Promise<number | undefined> {
  if (await allFit(on, column, cells)) return undefined;
  let [from, to] = [0, cells.length];
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (await allFit(on, column, cells.slice(from, middle))) from = middle;
    else to = middle;
  }
  return from;
}

async function allFit(on: Queryable, column: HostedColumn, cells: readonly Cell[]): Promise<boolean> {
  try {
    await on.query(`SELECT count(cell::${nativeOf(column.type)}) FROM unnest($1::text[]) AS t(cell)`, [cells]);
    return true;
  } catch (error) {
    if (isDataError(error)) return false;
    throw error;
  }
}

function badCell(row: number, column: HostedColumn, cell: Cell, cause: unknown): DomainError {
  const shown = (cell ?? '').replaceAll('\0', '\\0').slice(0, 60);
  return new DomainError('invalid-definition', 'hosted.cell', `第 ${row} 行“${column.name}”列的值“${shown}”不是 ${column.type} (row ${row}, column ${column.name}: the value does not fit the type)`, {
    details: { row, column: column.name, type: column.type },
    cause,
  });
}
