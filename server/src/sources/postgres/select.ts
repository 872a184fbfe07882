import { quoteName } from '../../storage/database.ts';
import { resultTooLarge, type ReadPlan, type RowBatch, type RowShape } from '../../modules/resources/index.ts';
import { Bindings, cellSql, columnSql, conditionSql, inputsIn, jsonValueSql, type BoundValue, type SqlContext } from './expressions.ts';
import { derivedTable, renderQuery } from '../sql-template/render.ts';
import { templateOf } from './query/scan.ts';

export interface Statement {
  readonly text: string;
  readonly values: BoundValue[];
}

export const tableSql = (plan: ReadPlan): string => `${plan.table.schema === '' ? '' : `${quoteName(plan.table.schema)}.`}${quoteName(plan.table.name)}`;

/** The table, or the query in its place. */
function relationSql(plan: ReadPlan, context: SqlContext): string {
  const { query } = plan.table;
  if (query === undefined) return tableSql(plan);
  return derivedTable(renderQuery(templateOf(query.sql), plan.inputs, inputsIn(context)), query, quoteName);
}

export const contextOf = (plan: ReadPlan, zone: string): SqlContext => ({
  bindings: new Bindings(),
  zone,
  natives: plan.natives,
  maskKey: plan.maskKey,
});

export const orderSql = (plan: ReadPlan): string =>
  plan.order.map((term) => `${columnSql(term.column)} ${term.direction === 'desc' ? 'DESC' : 'ASC'}`).join(', ');

interface Output {
  readonly zone: string;
  readonly plan: Pick<ReadPlan, 'natives' | 'maskKey'>;
  readonly text: string;
  readonly values: readonly BoundValue[];
}

const outputs: Readonly<Record<RowShape, WeakMap<ReadPlan['columns'], Output>>> = { json: new WeakMap(), cells: new WeakMap() };

/** The output of a plan at the head of a statement. The same columns come with every call under a grant: kept by them. */
export function outputSql(plan: ReadPlan, shape: RowShape, context: SqlContext): string {
  const { values } = context.bindings;
  const known = outputs[shape].get(plan.columns);
  if (values.length === 0 && known?.zone === context.zone && known.plan.natives === plan.natives && known.plan.maskKey === plan.maskKey) {
    values.push(...known.values);
    return known.text;
  }
  const before = values.length;
  const text = columnsSql(plan, shape, context);
  if (before === 0) outputs[shape].set(plan.columns, { zone: context.zone, plan, text, values: [...values] });
  return text;
}

/** The plan's columns, each already in its form; for JSON named as on the wire, for cells by their places. */
function columnsSql(plan: ReadPlan, shape: RowShape, context: SqlContext): string {
  return plan.columns
    .map((column, index) => (shape === 'json' ? `${jsonValueSql(column, context)} AS ${quoteName(column.name)}` : `${cellSql(column, context)} AS ${cellName(index)}`))
    .join(', ');
}

const cellName = (index: number): string => `c${index}`;

/** Rows of the plan between offset and limit, without framing. */
export function rowsSql(plan: ReadPlan, shape: RowShape, context: SqlContext): string {
  const output = outputSql(plan, shape, context);
  const rows = `${matching(plan, context)} ORDER BY ${orderSql(plan)} LIMIT ${context.bindings.add(String(plan.limit))}::int8`;
  if (plan.offset === 0) return `SELECT ${output} ${rows}`;
  // Rows that are passed over are not put into their form: that would cost more than all the rest of a deep page.
  const columns = new Set(plan.columns.map((column) => columnSql(column.column)));
  return `SELECT ${output} FROM (SELECT ${[...columns].join(', ')} ${rows} OFFSET ${context.bindings.add(String(plan.offset))}::int8) t`;
}

/**
 * One page as one value: the database builds the JSON, and keeps it to itself when it is larger than `maxBytes`.
 * Answers `{rows, body}`; body is null when it is too large.
 */
export function jsonPageStatement(plan: ReadPlan, zone: string, maxBytes: number): Statement {
  const context = contextOf(plan, zone);
  const rows = rowsSql(plan, 'json', context);
  const most = context.bindings.add(String(maxBytes));
  return {
    text:
      `SELECT rows, CASE WHEN octet_length(body) <= ${most}::int8 THEN body END AS body FROM (` +
      `SELECT count(*)::text AS rows, coalesce(json_agg(page)::text, '[]') AS body FROM (${rows}) page) answer`,
    values: context.bindings.values,
  };
}

/** One page as rows of cells, each ending in the size of the page in bytes; a page above `maxBytes` has NULLs for cells. */
export function cellsPageStatement(plan: ReadPlan, zone: string, maxBytes: number): Statement {
  const context = contextOf(plan, zone);
  const rows = rowsSql(plan, 'cells', context);
  const most = context.bindings.add(String(maxBytes));
  const names = plan.columns.map((_, index) => cellName(index));
  const size = names.map((name) => `coalesce(octet_length(${name}), 0)`).join(' + ');
  return {
    text: `SELECT ${names.map((name) => `CASE WHEN size <= ${most}::int8 THEN ${name} END`).join(', ')}, size::text FROM (SELECT page.*, sum(${size}) OVER () AS size FROM (${rows}) page) sized`,
    values: context.bindings.values,
  };
}

/** The rows of such a page, or undefined when it was too large. */
export function cellsOf(answer: readonly (readonly (string | null)[])[], maxBytes: number): (string | null)[][] | undefined {
  if (Number(answer[0]?.at(-1) ?? 0) > maxBytes) return undefined;
  return answer.map((row) => row.slice(0, -1));
}

/** Rows one by one for a stream: one JSON text, or the cells. */
export function streamStatement(plan: ReadPlan, shape: RowShape, zone: string): Statement {
  const context = contextOf(plan, zone);
  const rows = rowsSql(plan, shape, context);
  return { text: shape === 'json' ? `SELECT row_to_json(r)::text FROM (${rows}) r` : rows, values: context.bindings.values };
}

/** How many rows fit the plan's conditions. */
export function countStatement(plan: ReadPlan, zone: string): Statement {
  const context = contextOf(plan, zone);
  return { text: `SELECT count(*)::text AS rows ${matching(plan, context)}`, values: context.bindings.values };
}

/** How many rows a stream of the plan will bring, counted one beyond its limit. */
export function windowCountStatement(plan: ReadPlan, zone: string): Statement {
  const context = contextOf(plan, zone);
  const from = matching(plan, context);
  const limit = context.bindings.add(String(plan.limit + 1));
  const offset = context.bindings.add(String(plan.offset));
  return { text: `SELECT count(*)::text AS rows FROM (SELECT 1 ${from} LIMIT ${limit}::int8 OFFSET ${offset}::int8) matching`, values: context.bindings.values };
}

const matching = (plan: ReadPlan, context: SqlContext): string => `FROM ${relationSql(plan, context)} t WHERE ${conditionSql(plan.where, context)}`;

export const batchOf = (shape: RowShape, rows: (string | null)[][]): RowBatch =>
  shape === 'json' ? { kind: 'json', count: rows.length, text: rows.map((row) => row[0]).join(',') } : { kind: 'cells', rows };

/** Rows that a stream brings, of those that were counted to one beyond the limit; throws `result-too-large`. */
export function rowsOfStream(plan: ReadPlan, counted: number): number {
  if (plan.whole && counted > plan.limit) throw resultTooLarge(plan.limit);
  return Math.min(counted, plan.limit);
}
