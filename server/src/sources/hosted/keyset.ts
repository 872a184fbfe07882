import { quoteName, type Cell } from '../../storage/database.ts';
import type { OrderTerm } from '../../modules/policy/index.ts';
import type { ReadPlan, RowShape } from '../../modules/resources/index.ts';
import { columnSql, conditionSql, type Bindings } from '../postgres/expressions.ts';
import { contextOf, orderSql, outputSql, tableSql, type Statement } from '../postgres/select.ts';

/** What the database knows of a column that an order names. */
export interface OrderColumn extends OrderTerm {
  readonly native: string;
  readonly nullable: boolean;
}

/** The order's columns of the last row that was read, in their canonical text. */
export type Place = readonly Cell[];

/**
 * The plan's next rows after a place in its order; each row is its output (one JSON text, or its cells), then its place.
 * `skip` rows are left out before the first.
 */
export function keysetStatement(plan: ReadPlan, shape: RowShape, zone: string, order: readonly OrderColumn[], at: { after: Place | undefined; skip: number; limit: number }): Statement {
  const context = contextOf(plan, zone);
  const output = outputSql(plan, shape, context);
  const shown = shape === 'json' ? 'row_to_json(o)::text' : 'o.*';
  const places = order.map((term) => `${columnSql(term.column)}::text`).join(', ');
  const where = [conditionSql(plan.where, context), ...(at.after === undefined ? [] : [afterSql(order, at.after, context.bindings)])].join(' AND ');
  const limit = context.bindings.add(String(at.limit));
  const offset = at.skip > 0 ? ` OFFSET ${context.bindings.add(String(at.skip))}::int8` : '';
  return {
    text: `SELECT ${shown}, ${places} FROM ${tableSql(plan)} t CROSS JOIN LATERAL (SELECT ${output}) o WHERE ${where} ORDER BY ${orderSql(plan)} LIMIT ${limit}::int8${offset}`,
    values: context.bindings.values,
  };
}

/**
 * True of the rows that stand after a place. PostgreSQL sorts NULL after every value: last when ascending, first when
 * descending. A run of columns without NULLs in one direction is compared as a row, which an index can seek.
 */
function afterSql(order: readonly OrderColumn[], place: Place, bindings: Bindings): string {
  const values = order.map((term, index) => {
    const cell = place[index] ?? null;
    return cell === null ? null : `${bindings.add(cell)}::${term.native}`;
  });
  const [first] = order;
  if (order.every((term) => !term.nullable && term.direction === first?.direction)) {
    const row = order.map((term) => columnSql(term.column)).join(', ');
    return `(${row}) ${first?.direction === 'desc' ? '<' : '>'} (${values.join(', ')})`;
  }
  const cases = order.map((term, index) => {
    const same = order.slice(0, index).map((each, at) => sameSql(each, values[at] ?? null));
    return `(${[...same, beyondSql(term, values[index] ?? null)].join(' AND ')})`;
  });
  return `(${cases.join(' OR ')})`;
}

const sameSql = (term: OrderColumn, value: string | null): string => (value === null ? `${columnSql(term.column)} IS NULL` : `${columnSql(term.column)} = ${value}`);

function beyondSql(term: OrderColumn, value: string | null): string {
  const column = columnSql(term.column);
  if (term.direction === 'desc') return value === null ? `${column} IS NOT NULL` : `${column} < ${value}`;
  if (value === null) return 'false';
  return term.nullable ? `(${column} > ${value} OR ${column} IS NULL)` : `${column} > ${value}`;
}

/** Native types and NULLs of a table's columns: `{name, native, nullable}`. */
export const columnsStatement = (plan: ReadPlan): Statement => ({
  text: `SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
  values: [`${quoteName(plan.table.schema)}.${quoteName(plan.table.name)}`],
});
