import type { ReadPlan, RowShape } from '../../modules/resources/index.ts';
import { derivedTable, renderQuery } from '../sql-template/render.ts';
import { conditionSql } from './conditions.ts';
import { cellSql, jsonTokenSql } from './output.ts';
import { inputsIn } from './query/inputs.ts';
import { templateOf } from './query/scan.ts';
import { Bindings, columnSql, nativeOf, quoteName, quoteText, type BoundValue, type SqlContext } from './sql.ts';

export interface Statement {
  readonly text: string;
  readonly values: readonly BoundValue[];
}

const contextOf = (plan: ReadPlan, zone: string): SqlContext => ({ bindings: new Bindings(), zone, natives: plan.natives, maskKey: plan.maskKey });

interface Output extends Statement {
  readonly zone: string;
  readonly plan: Pick<ReadPlan, 'natives' | 'maskKey'>;
}

const outputs: Readonly<Record<RowShape, WeakMap<ReadPlan['columns'], Output>>> = { json: new WeakMap(), cells: new WeakMap() };

/** The output of a plan at the head of a statement. The same columns come with every call under a grant: kept by them. */
function outputSql(plan: ReadPlan, shape: RowShape, context: SqlContext): string {
  const { values } = context.bindings;
  const known = outputs[shape].get(plan.columns);
  if (known?.zone === context.zone && known.plan.natives === plan.natives && known.plan.maskKey === plan.maskKey) {
    values.push(...known.values);
    return known.text;
  }
  const text = shape === 'json' ? jsonRowSql(plan, context) : plan.columns.map((column) => cellSql(column, context)).join(', ');
  outputs[shape].set(plan.columns, { zone: context.zone, plan, text, values: [...values] });
  return text;
}

/** A row as the text of a JSON object: JSON_OBJECT would write decimals, booleans and times its own way. */
function jsonRowSql(plan: ReadPlan, context: SqlContext): string {
  const parts = plan.columns.map((column, index) => `${quoteText(`${index === 0 ? '{' : ','}${JSON.stringify(column.name)}:`)}, ${jsonTokenSql(column, context)}`);
  return `CONCAT(${parts.join(', ')}, '}')`;
}

/** NULL sorts after every value, as in every other source; an index can keep the order of columns without NULLs only. */
function orderSql(plan: ReadPlan, context: SqlContext): string {
  return plan.order
    .map(({ column, direction }) => {
      const name = columnSql(column);
      const sense = direction === 'desc' ? ' DESC' : '';
      return nativeOf(column, context).nullable ? `${name} IS NULL${sense}, ${name}${sense}` : `${name}${sense}`;
    })
    .join(', ');
}

/** The table, or the query in its place. */
function relationSql(plan: ReadPlan, context: SqlContext): string {
  const { query } = plan.table;
  if (query === undefined) return tableSql(plan);
  return derivedTable(renderQuery(templateOf(query.sql), plan.inputs, inputsIn(context)), query, quoteName);
}

const tableSql = ({ table }: ReadPlan): string => `${table.schema === '' ? '' : `${quoteName(table.schema)}.`}${quoteName(table.name)}`;

const matching = (plan: ReadPlan, context: SqlContext): string => `FROM ${relationSql(plan, context)} t WHERE ${conditionSql(plan.where, context)}`;

const windowSql = (limit: number, offset: number, { bindings }: SqlContext): string => `LIMIT ${bindings.add(String(limit))} OFFSET ${bindings.add(String(offset))}`;

/** Rows of the plan between offset and limit: one JSON text each, or their cells. */
export function rowsStatement(plan: ReadPlan, shape: RowShape, zone: string): Statement {
  const context = contextOf(plan, zone);
  const text = `SELECT ${outputSql(plan, shape, context)} ${matching(plan, context)} ORDER BY ${orderSql(plan, context)} ${windowSql(plan.limit, plan.offset, context)}`;
  return { text, values: context.bindings.values };
}

/** How many rows fit the plan's conditions. */
export function countStatement(plan: ReadPlan, zone: string): Statement {
  const context = contextOf(plan, zone);
  return { text: `SELECT CAST(COUNT(*) AS CHAR) ${matching(plan, context)}`, values: context.bindings.values };
}

/** How many rows a stream of the plan will bring, counted one beyond its limit. */
export function windowCountStatement(plan: ReadPlan, zone: string): Statement {
  const context = contextOf(plan, zone);
  return { text: `SELECT CAST(COUNT(*) AS CHAR) FROM (SELECT 1 ${matching(plan, context)} ${windowSql(plan.limit + 1, plan.offset, context)}) w`, values: context.bindings.values };
}
