import { quoteName } from '../../storage/database.ts';
import type { Comparison, Condition, Literal, PlanMask } from '../../modules/policy/index.ts';
import type { ReadColumn, WireForm } from '../../modules/resources/index.ts';
import { coveredSql, geoJsonSql, sidesSql, wktSql } from './geometry.ts';

export type BoundValue = string | Buffer | readonly string[];

/** Collects bound values while SQL text is built: values never stand in the text. */
export class Bindings {
  readonly values: BoundValue[] = [];

  add(value: BoundValue): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

export interface SqlContext {
  readonly bindings: Bindings;
  /** Zone in which the source's zoneless times are meant, checked against pg_timezone_names when the source is added. */
  readonly zone: string;
  readonly natives: Readonly<Record<string, string>>;
  readonly maskKey: Buffer;
}

/** The table is `t` in every statement: a bare name in ORDER BY would mean the output column of that name. */
export const columnSql = (column: string): string => `t.${quoteName(column)}`;

const literalString = (text: string): string => `'${text.replaceAll("'", "''")}'`;

// ---- conditions ---------------------------------------------------------------------------------------------------

const sqlOperators: Record<Comparison, string> = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' };

/** Types whose own `=` is equality by code point, so that an index serves; describe.ts names other collations. */
const plainText = new Set(['text', 'character varying']);

/** A condition of the plan as SQL; three-valued like SQL itself, so that NULL fails every comparison. */
export function conditionSql(condition: Condition, context: SqlContext): string {
  switch (condition.op) {
    case 'all':
      return condition.of.length === 0 ? 'true' : `(${condition.of.map((part) => conditionSql(part, context)).join(' AND ')})`;
    case 'any':
      return condition.of.length === 0 ? 'false' : `(${condition.of.map((part) => conditionSql(part, context)).join(' OR ')})`;
    case 'not':
      return `(NOT ${conditionSql(condition.of, context)})`;
    case 'null':
      return `(${columnSql(condition.column)} IS NULL)`;
    case 'contains':
      return `(strpos(${columnSql(condition.column)}::text COLLATE "C", ${context.bindings.add(condition.text)}::text COLLATE "C") > 0)`;
    case 'in':
      return memberSql(condition.column, condition.values, context);
    case 'box':
      return boxSql(condition, context);
    case 'within':
      return sidesSql(columnSql(condition.lon), columnSql(condition.lat), condition.edges, (value) => context.bindings.add(value));
    case 'covered':
      return coveredSql(condition, columnSql(condition.column), context.natives[condition.column] ?? '', (value) => context.bindings.add(value));
    default:
      return comparisonSql(condition.op, condition.column, condition.value, context);
  }
}

function comparisonSql(op: Comparison, column: string, value: Literal, context: SqlContext): string {
  return `(${comparedSql(op, column, value.type, context)} ${sqlOperators[op]} ${literalSql(value.type, context.bindings.add(boundText(value, column, context)), column, context)})`;
}

/** One array whatever the number of values, so that the statement can be prepared and an index be searched once. */
function memberSql(column: string, values: readonly Literal[], context: SqlContext): string {
  const [first] = values;
  if (first === undefined) return 'false';
  const array = context.bindings.add(values.map((value) => boundText(value, column, context)));
  const name = comparedSql('eq', column, first.type, context);
  if (first.type !== 'timestamp') return `(${name} = ANY(${array}::${castOf(first.type, column, context)}[]))`;
  return `(${name} = ANY(ARRAY(SELECT each AT TIME ZONE ${literalString(context.zone)} FROM unnest(${array}::timestamptz[]) AS literal(each))))`;
}

/** Text compares by code point, whatever the column's collation; the plain name lets an index serve. */
function comparedSql(op: Comparison, column: string, type: Literal['type'], context: SqlContext): string {
  const name = columnSql(column);
  if (!isTextual(type) || ((op === 'eq' || op === 'ne') && plainText.has(native(column, context)))) return name;
  return `${name}::text COLLATE "C"`;
}

const native = (column: string, context: SqlContext): string => (context.natives[column] ?? '').replace(/\(.*?\)/, '');

const isTextual = (type: Literal['type']): boolean => type === 'text' || type === 'binary' || type === 'json' || type === 'geometry' || type === 'other';

const casts: Record<Literal['type'], string> = {
  text: 'text',
  binary: 'text',
  json: 'text',
  geometry: 'text',
  other: 'text',
  integer: 'int8',
  bigint: 'int8',
  decimal: 'numeric',
  float: 'float8',
  boolean: 'bool',
  date: 'date',
  time: 'time',
  timestamp: 'timestamptz',
  timestamptz: 'timestamptz',
  uuid: 'uuid',
};

/** A real is compared as one: 0.1 as a double is another number. */
const isReal = (type: Literal['type'], column: string, context: SqlContext): boolean => type === 'float' && native(column, context) === 'real';
const castOf = (type: Literal['type'], column: string, context: SqlContext): string => (isReal(type, column, context) ? 'float4' : casts[type]);

function literalSql(type: Literal['type'], parameter: string, column: string, context: SqlContext): string {
  const value = `${parameter}::${castOf(type, column, context)}`;
  return type === 'timestamp' ? `(${value} AT TIME ZONE ${literalString(context.zone)})` : value;
}

/** Writes a query's parameters: each bound once, and cast to what it was declared to be. */
export function inputsIn(context: SqlContext): (name: string, value: Literal) => string {
  const places = new Map<string, string>();
  return (name, value) => {
    const place = places.get(name) ?? context.bindings.add(boundText(value, name, context));
    places.set(name, place);
    return literalSql(value.type, place, name, context);
  };
}

/** A number beyond the range of floating point is infinite or nothing: PostgreSQL would refuse to read it. */
function boundText(value: Literal, column: string, context: SqlContext): string {
  if (value.type !== 'float') return value.text;
  const double = Number(value.text);
  const read = isReal('float', column, context) ? Math.fround(double) : double;
  return read === 0 || !Number.isFinite(read) ? String(read) : value.text;
}

function boxSql(box: Extract<Condition, { op: 'box' }>, context: SqlContext): string {
  const lon = columnSql(box.lon);
  const lat = columnSql(box.lat);
  const number = (value: number): string => `${context.bindings.add(String(value))}::numeric`;
  const west = `${lon} >= ${number(box.west)}`;
  const east = `${lon} <= ${number(box.east)}`;
  const across = box.west > box.east ? `(${west} OR ${east})` : `${west} AND ${east}`;
  // A longitude outside ±180 or a NaN is no place: it stands in no box.
  return `(${across} AND ${lon} BETWEEN -180 AND 180 AND ${lat} >= ${number(box.south)} AND ${lat} <= ${number(box.north)})`;
}

// ---- output -------------------------------------------------------------------------------------------------------

/** A column as a JSON value, for row_to_json. */
export function jsonValueSql(column: ReadColumn, context: SqlContext): string {
  const masked = maskSql(column, context);
  if (masked !== undefined) return masked;
  const name = columnSql(column.column);
  if (column.columnType === 'geometry' && column.form === 'json') return geoJsonSql(name, context.natives[column.column] ?? '');
  if (column.form === 'number' || column.form === 'boolean' || column.form === 'json') return name;
  if (column.form === 'datetime-iso') return instantSql(column, name, context);
  return textSql(column, name, column.form, context);
}

/** A column as canonical text, for cells. */
export function cellSql(column: ReadColumn, context: SqlContext): string {
  const masked = maskSql(column, context);
  if (masked !== undefined) return `(${masked})::text`;
  return textSql(column, columnSql(column.column), column.form, context);
}

function textSql(column: ReadColumn, value: string, form: WireForm, context: SqlContext): string {
  switch (form) {
    case 'datetime-space':
      return `${localSql(column, value, context)}::text`;
    case 'datetime-iso':
      return `(to_json(${instantSql(column, value, context)}) #>> '{}')`;
    case 'base64':
      return base64Sql(value);
    default:
      if (column.columnType === 'binary') return base64Sql(value);
      if (column.columnType === 'geometry') return form === 'json' ? `${geoJsonSql(value, context.natives[column.column] ?? '')}::text` : wktSql(value, context.natives[column.column] ?? '');
      return column.columnType === 'timestamp' || column.columnType === 'timestamptz' ? `${localSql(column, value, context)}::text` : `${value}::text`;
  }
}

/** The A keeps the list from being empty: to kin that follow Oracle, an empty text is NULL, and all would be. */
const base64Sql = (value: string): string => `translate(encode(${value}, 'base64'), E'A\\n', 'A')`;

/** An instant; sessions run in Asia/Shanghai, so that PostgreSQL writes it with that zone's offset. */
function instantSql(column: ReadColumn, value: string, context: SqlContext): string {
  return column.columnType === 'timestamp' ? `(${value} AT TIME ZONE ${literalString(context.zone)})` : `(${value})::timestamptz`;
}

/** Local time of Asia/Shanghai without zone. */
function localSql(column: ReadColumn, value: string, context: SqlContext): string {
  if (column.columnType === 'timestamp' && context.zone === 'Asia/Shanghai') return `(${value})::timestamp`;
  return `(${instantSql(column, value, context)})::timestamp`;
}

// ---- masks --------------------------------------------------------------------------------------------------------

/** A mask's SQL, or undefined for an open column. NULL stays NULL under every mask but a fixed text. */
function maskSql(column: ReadColumn, context: SqlContext): string | undefined {
  const { mask } = column;
  if (mask === null) return undefined;
  const name = columnSql(column.column);
  const text = textSql(column, name, 'text', context);
  switch (mask.kind) {
    case 'fixed':
      return mask.value === null ? 'NULL::text' : `${context.bindings.add(mask.value)}::text`;
    case 'partial':
      return partialSql(text, mask.keepStart, mask.keepEnd);
    case 'email':
      return `(CASE WHEN strpos(${text}, '@') > 1 THEN left(${text}, 1) || '***' || substr(${text}, strpos(${text}, '@')) ELSE repeat('*', char_length(${text})) END)`;
    case 'hash':
      return hashSql(text, context);
    case 'number':
      return numberSql(column, name, mask, context);
    case 'date':
      return dateSql(column, name, mask, context);
  }
}

const partialSql = (text: string, start: number, end: number): string =>
  `(CASE WHEN char_length(${text}) <= ${start + end} THEN repeat('*', char_length(${text})) ` +
  `ELSE left(${text}, ${start}) || repeat('*', char_length(${text}) - ${start + end}) || right(${text}, ${end}) END)`;

const BLOCK = 64; // RFC 2104, SHA-256

/** HMAC-SHA256 in lower-case hex, out of the sha256() that every PostgreSQL has: pgcrypto is not asked for. */
function hashSql(text: string, context: SqlContext): string {
  const key = Buffer.alloc(BLOCK);
  context.maskKey.copy(key);
  const inner = context.bindings.add(Buffer.from(key.map((byte) => byte ^ 0x36)));
  const outer = context.bindings.add(Buffer.from(key.map((byte) => byte ^ 0x5c)));
  return `encode(sha256(${outer}::bytea || sha256(${inner}::bytea || convert_to(${text}, 'UTF8'))), 'hex')`;
}

function numberSql(column: ReadColumn, name: string, mask: Extract<PlanMask, { kind: 'number' }>, context: SqlContext): string {
  const step = `${context.bindings.add(String(mask.step))}::numeric`;
  // A float becomes a numeric of 15 digits by a cast, which may lie above it; its text has them all.
  const exact = column.columnType === 'float' ? `${name}::text::numeric` : `${name}::numeric`;
  // div() and mod() are exact; a quotient by "/" is rounded, and may be rounded up to the next step.
  const value = `((div(${exact}, ${step}) - (mod(${exact}, ${step}) < 0)::int) * ${step})`;
  return column.form === 'number' ? value : `${value}::text`;
}

function dateSql(column: ReadColumn, name: string, mask: Extract<PlanMask, { kind: 'date' }>, context: SqlContext): string {
  const local = column.columnType === 'date' ? `${name}::timestamp` : localSql(column, name, context);
  const cut = `date_trunc('${mask.unit}', ${local})`;
  if (column.columnType === 'date') return `(${cut})::date::text`;
  if (column.form === 'datetime-iso') return `(to_json(${cut} AT TIME ZONE 'Asia/Shanghai') #>> '{}')`;
  return `(${cut})::text`;
}
