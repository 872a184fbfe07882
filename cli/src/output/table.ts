import CliTable from 'cli-table3';
import { cellText } from './text.ts';

/** A column of a table: its head, and what of a row stands in it. */
export type Column<T> = readonly [head: string, cell: (row: T) => unknown];

export function tableOf<T>(rows: readonly T[], columns: readonly Column<T>[], empty: string): string {
  if (rows.length === 0) return empty;
  const table = new CliTable({ head: columns.map(([head]) => head), style: { head: [], border: [], compact: true } });
  table.push(...rows.map((row) => columns.map(([, cell]) => cellText(cell(row)))));
  return table.toString();
}

/** One thing, a line a property. */
export function cardOf(lines: readonly (readonly [label: string, value: unknown])[]): string {
  const table = new CliTable({ style: { head: [], border: [], compact: true } });
  table.push(...lines.map(([label, value]) => [label, cellText(value)]));
  return table.toString();
}
