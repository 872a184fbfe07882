import { DateTime } from 'luxon';
import type { Comparison, Condition, Literal } from '../../modules/policy/index.ts';
import { boundDecimal } from './decimals.ts';
import { coveredSql } from './geometry.ts';
import { charsetOf, type Native } from './natives.ts';
import { bytes, columnSql, isDay, nativeOf, numericSql, presentSql, unicode, type SqlContext } from './sql.ts';

type Leaf = Exclude<Condition, { op: 'all' | 'any' | 'not' }>;

/**
 * SQL that is true of exactly the rows of which the condition is true, or, `negated`, of which it is false. "Not" is
 * carried down to the leaves, so that NULL and false need not be told apart: a leaf can join what is exact with what an
 * index can search.
 */
export function conditionSql(condition: Condition, context: SqlContext, negated = false): string {
  switch (condition.op) {
    case 'not':
      return conditionSql(condition.of, context, !negated);
    case 'all':
    case 'any': {
      const every = (condition.op === 'all') !== negated;
      if (condition.of.length === 0) return every ? 'TRUE' : 'FALSE';
      return `(${condition.of.map((part) => conditionSql(part, context, negated)).join(every ? ' AND ' : ' OR ')})`;
    }
    default:
      return leafSql(condition, context, negated);
  }
}

function leafSql(leaf: Leaf, context: SqlContext, negated: boolean): string {
  switch (leaf.op) {
    case 'null':
      return `(${presentSql(leaf.column, context)} IS ${negated ? 'NOT ' : ''}NULL)`;
    case 'contains':
      return `(INSTR(${bytes(unicode(columnSql(leaf.column)))}, ${bytes(context.bindings.add(leaf.text))}) ${negated ? '=' : '>'} 0)`;
    case 'in':
      return memberSql(leaf.column, leaf.values, context, negated);
    case 'box':
      return `(${negated ? 'NOT ' : ''}${boxSql(leaf, context)})`;
    case 'within':
      return `(${negated ? 'NOT ' : ''}${withinSql(leaf, context)})`;
    case 'covered':
      return `(${negated ? 'NOT ' : ''}${coveredSql(leaf, context)})`;
    default:
      return comparisonSql(negated ? opposite[leaf.op] : leaf.op, leaf.column, leaf.value, context);
  }
}

const opposite: Record<Comparison, Comparison> = { eq: 'ne', ne: 'eq', lt: 'ge', le: 'gt', gt: 'le', ge: 'lt' };
const sqlOperators: Record<Comparison, string> = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' };

function comparisonSql(op: Comparison, column: string, value: Literal, context: SqlContext): string {
  const sign = sqlOperators[op];
  const name = columnSql(column);
  const add = (text: string | number): string => context.bindings.add(text);
  switch (value.type) {
    case 'integer':
    case 'bigint':
      return `(${numericSql(column, context)} ${sign} CAST(${add(value.text)} AS SIGNED))`;
    case 'decimal':
      return decimalSql(op, column, value.text, context);
    case 'float':
      return floatSql(op, column, value.text, context);
    case 'boolean':
      return `(${name} ${(value.text === 'true') === (op === 'eq') ? '<>' : '='} 0)`;
    case 'time':
      return `(${name} ${sign} CAST(${add(value.text)} AS TIME(6)))`;
    case 'date':
      return `(${name} ${sign} CAST(${add(value.text)} AS DATE) AND ${isDay(name)})`;
    case 'timestamp':
    case 'timestamptz':
      return `(${name} ${sign} CAST(${add(momentText(value, context))} AS DATETIME(6)) AND ${isDay(name)})`;
    case 'uuid':
      return op === 'eq' || op === 'ne' ? `(${name} ${sign} ${add(value.text)})` : `(CAST(${name} AS CHAR) ${sign} ${add(value.text)})`;
    default:
      return textSql(op, column, value.text, context);
  }
}

// ---- numbers ------------------------------------------------------------------------------------------------------

function decimalSql(op: Comparison, column: string, text: string, context: SqlContext): string {
  const { type, lowered, ...bound } = boundDecimal(text);
  const name = numericSql(column, context);
  if (lowered && (op === 'eq' || op === 'ne')) return certain(columnSql(column), op === 'ne');
  const sign = lowered ? sqlOperators[op === 'lt' || op === 'le' ? 'le' : 'gt'] : sqlOperators[op];
  return `(${name} ${sign} CAST(${context.bindings.add(bound.text)} AS ${type}))`;
}

/** A float of 32 bits is compared as one: 0.1 as a double is another number. What is beyond its range is beyond all values. */
function floatSql(op: Comparison, column: string, text: string, context: SqlContext): string {
  const number = doubleOf(text, nativeOf(column, context));
  if (Number.isFinite(number)) return `(${columnSql(column)} ${sqlOperators[op]} (${context.bindings.add(number)} + 0e0))`;
  const isBelow = number > 0;
  return certain(columnSql(column), op === 'ne' || (isBelow ? op === 'lt' || op === 'le' : op === 'gt' || op === 'ge'));
}

const doubleOf = (text: string, { base }: Native): number => (base === 'float' ? Math.fround(Number(text)) : Number(text));

/** The same of every value, and unknown of NULL. */
const certain = (name: string, truth: boolean): string => (truth ? `(${name} IS NOT NULL)` : 'FALSE');

// ---- times --------------------------------------------------------------------------------------------------------

/** Sessions are in UTC, and so are TIMESTAMPs; a DATETIME is in the zone of the source. */
export function momentText({ type, text }: Literal, { zone }: SqlContext): string {
  const fraction = /\.\d+(?=Z$)/.exec(text)?.[0] ?? '';
  return `${DateTime.fromISO(text, { zone: type === 'timestamp' ? zone : 'utc' }).toFormat('yyyy-MM-dd HH:mm:ss')}${fraction}`;
}

// ---- texts --------------------------------------------------------------------------------------------------------

/** Character sets in which a text stands in one way only, so that an index of the column finds all that equal it. */
const faithful = new Set(['utf8mb4', 'utf8mb3', 'utf8', 'gbk', 'gb2312', 'gb18030', 'latin1', 'ascii']);

/** How an index of the column is searched for texts: by its own collation, which may find more; undefined where none serves. */
function searchable(column: string, context: SqlContext): ((parameter: string) => string) | undefined {
  const native = nativeOf(column, context);
  const charset = charsetOf(native);
  if (!faithful.has(charset) || native.base === 'enum' || native.base === 'set') return undefined;
  return (parameter) => `CONVERT(${parameter} USING ${charset}) COLLATE ${native.collation}`;
}

/** Texts compare by code point, whatever the column's character set and collation. */
function textSql(op: Comparison, column: string, text: string, context: SqlContext): string {
  const { bindings } = context;
  const exact = `${bytes(unicode(columnSql(column)))} ${sqlOperators[op]} ${bytes(bindings.add(text))}`;
  const search = op === 'eq' ? searchable(column, context) : undefined;
  return search === undefined ? `(${exact})` : `(${exact} AND ${columnSql(column)} = ${search(bindings.add(text))})`;
}

// ---- lists and places -----------------------------------------------------------------------------------------------

function memberSql(column: string, values: readonly Literal[], context: SqlContext, negated: boolean): string {
  const [first] = values;
  if (first === undefined) return negated ? 'TRUE' : 'FALSE';
  if (first.type === 'text') return textMemberSql(column, values, context, negated);
  const parts = values.map((value) => comparisonSql(negated ? 'ne' : 'eq', column, value, context));
  return `(${parts.join(negated ? ' AND ' : ' OR ')})`;
}

function textMemberSql(column: string, values: readonly Literal[], context: SqlContext, negated: boolean): string {
  const list = (wrap: (parameter: string) => string): string => values.map(({ text }) => wrap(context.bindings.add(text))).join(', ');
  const exact = `${bytes(unicode(columnSql(column)))} ${negated ? 'NOT IN' : 'IN'} (${list(bytes)})`;
  const search = negated ? undefined : searchable(column, context);
  return search === undefined ? `(${exact})` : `(${exact} AND ${columnSql(column)} IN (${list(search)}))`;
}

function boxSql(box: Extract<Condition, { op: 'box' }>, context: SqlContext): string {
  const lon = columnSql(box.lon);
  const lat = columnSql(box.lat);
  const number = (value: number): string => `CAST(${context.bindings.add(String(value))} AS DECIMAL(65,30))`;
  const west = `${lon} >= ${number(box.west)}`;
  const east = `${lon} <= ${number(box.east)}`;
  const across = box.west > box.east ? `(${west} OR ${east})` : `${west} AND ${east}`;
  // A longitude outside ±180 is no place: it stands in no box.
  return `(${across} AND ${lon} BETWEEN -180 AND 180 AND ${lat} >= ${number(box.south)} AND ${lat} <= ${number(box.north)})`;
}

/** As `Edge` says. The sides come as one JSON text, whatever their number. */
function withinSql({ lon, lat, edges }: Extract<Condition, { op: 'within' }>, context: SqlContext): string {
  const [x, y] = [columnSql(lon), columnSql(lat)];
  const text = JSON.stringify(edges.map(({ polygon, x1, y1, x2, y2 }) => [polygon, x1, y1, x2, y2]));
  const columns = ['polygon INT', 'x1 DOUBLE', 'y1 DOUBLE', 'x2 DOUBLE', 'y2 DOUBLE'].map((column, index) => `${column} PATH '$[${index}]'`);
  const [dx, dy] = [`CAST(${x} AS DOUBLE)`, `CAST(${y} AS DOUBLE)`];
  const crossed = `(side.y1 > ${dy}) <> (side.y2 > ${dy}) AND ${dx} < (side.x2 - side.x1) * (${dy} - side.y1) / (side.y2 - side.y1) + side.x1`;
  return (
    `(CASE WHEN ${x} IS NULL OR ${y} IS NULL THEN NULL WHEN ${x} BETWEEN -180 AND 180 AND ${y} BETWEEN -90 AND 90 ` +
    `THEN EXISTS (SELECT 1 FROM JSON_TABLE(${context.bindings.add(text)}, '$[*]' COLUMNS (${columns.join(', ')})) AS side WHERE ${crossed} GROUP BY side.polygon HAVING COUNT(*) % 2 = 1) ELSE FALSE END)`
  );
}
