import { quoteName } from '../../storage/database.ts';
import type { ReadPlan, RowShape } from '../../modules/resources/index.ts';
import { Bindings, cellSql, columnSql, conditionSql, jsonValueSql, type SqlContext } from './expressions.ts';

export interface Statement {
  readonly text: string;
  readonly values: (string | Buffer)[];
}

export const tableSql = (plan: ReadPlan): string => `${plan.table.schema === '' ? '' : `${quoteName(plan.table.schema)}.`}${quoteName(plan.table.name)}`;

export const contextOf = (plan: ReadPlan, zone: string): SqlContext => ({
  bindings: new Bindings(),
  zone,
  natives: plan.natives,
  maskKey: plan.maskKey,
});

export const orderSql = (plan: ReadPlan): string =>
  plan.order.map((term) => `${columnSql(term.column)} ${term.direction === 'desc' ? 'DESC' : 'ASC'}`).join(', ');

/** The plan's columns, named as on the wire, each already in its form. */
export function outputSql(plan: ReadPlan, shape: RowShape, context: SqlContext): string {
  const value = shape === 'json' ? jsonValueSql : cellSql;
  return plan.columns.map((column) => `${value(column, context)} AS ${quoteName(column.name)}`).join(', ');
}

/** Rows of the plan between offset and limit, without framing. `from` may narrow the table further. */
export function rowsSql(plan: ReadPlan, shape: RowShape, context: SqlContext): string {
  const limit = context.bindings.add(String(plan.limit));
  const offset = plan.offset > 0 ? ` OFFSET ${context.bindings.add(String(plan.offset))}::int8` : '';
  return `SELECT ${outputSql(plan, shape, context)} FROM ${tableSql(plan)} t WHERE ${conditionSql(plan.where, context)} ORDER BY ${orderSql(plan)} LIMIT ${limit}::int8${offset}`;
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
      `SELECT count(*)::int AS rows, coalesce(json_agg(page)::text, '[]') AS body FROM (${rows}) page) answer`,
    values: context.bindings.values,
  };
}

export function cellsPageStatement(plan: ReadPlan, zone: string): Statement {
  const context = contextOf(plan, zone);
  const text = rowsSql(plan, 'cells', context);
  return { text, values: context.bindings.values };
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
  return { text: `SELECT count(*)::int8 AS rows ${matching(plan, context)}`, values: context.bindings.values };
}

/** How many rows a stream of the plan will bring, counted one beyond its limit. */
export function windowCountStatement(plan: ReadPlan, zone: string): Statement {
  const context = contextOf(plan, zone);
  const from = matching(plan, context);
  const limit = context.bindings.add(String(plan.limit + 1));
  const offset = context.bindings.add(String(plan.offset));
  return { text: `SELECT count(*)::int8 AS rows FROM (SELECT 1 ${from} LIMIT ${limit}::int8 OFFSET ${offset}::int8) matching`, values: context.bindings.values };
}

const matching = (plan: ReadPlan, context: SqlContext): string => `FROM ${tableSql(plan)} t WHERE ${conditionSql(plan.where, context)}`;
