import { createHmac } from 'node:crypto';
import { DateTime } from 'luxon';
import type { ColumnType, Comparison, Condition, OrderTerm, PlanMask } from '../../src/modules/policy/index.ts';
import type { SampleRow, SampleTable } from './sample.ts';

/** What the port promises, said a second time in TypeScript: no source's code is used here. */

const zone = 'Asia/Shanghai';

// ---- conditions -----------------------------------------------------------------------------------------------------

const verdicts: Readonly<Record<Comparison, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
};

type Types = ReadonlyMap<string, ColumnType>;

export const typesOf = (table: SampleTable): Types => new Map(table.columns.map((column) => [column.name, column.type]));

/** Three-valued, as in SQL: null is unknown. */
export function holds(condition: Condition, row: SampleRow, types: Types): boolean | null {
  switch (condition.op) {
    case 'all':
      return joined(condition.of.map((part) => holds(part, row, types)), false);
    case 'any':
      return joined(condition.of.map((part) => holds(part, row, types)), true);
    case 'not': {
      const inner = holds(condition.of, row, types);
      return inner === null ? null : !inner;
    }
    case 'null':
      return (row[condition.column] ?? null) === null;
    case 'contains':
      return row[condition.column]?.includes(condition.text) ?? null;
    case 'in':
      return joined(condition.values.map((value) => compared('eq', condition.column, value.text, row, types)), true);
    case 'box':
      return inBox(condition, row);
    case 'within':
      return isWithin(condition, row);
    case 'covered':
      throw new Error('regions of geometries have a test of their own: geometry.test.ts');
    default:
      return compared(condition.op, condition.column, condition.value.text, row, types);
  }
}

/** `decisive` ends it; else one unknown makes it unknown. */
function joined(parts: readonly (boolean | null)[], decisive: boolean): boolean | null {
  if (parts.includes(decisive)) return decisive;
  return parts.includes(null) ? null : !decisive;
}

function compared(op: Comparison, column: string, literal: string, row: SampleRow, types: Types): boolean | null {
  const value = row[column] ?? null;
  const type = types.get(column) ?? 'other';
  return value === null ? null : verdicts[op](orderOf(type, value, type === 'timestamp' ? localText(literal) : literal));
}

function inBox(box: Extract<Condition, { op: 'box' }>, row: SampleRow): boolean | null {
  const [lon, lat] = [row[box.lon] ?? null, row[box.lat] ?? null];
  const meridian = lon === null ? null : box.west > box.east ? Number(lon) >= box.west || Number(lon) <= box.east : Number(lon) >= box.west && Number(lon) <= box.east;
  const parallel = lat === null ? null : Number(lat) >= box.south && Number(lat) <= box.north;
  return joined([meridian, parallel], false);
}

/** Sides to the east of the place, of one polygon at least, are odd in number. */
function isWithin({ lon, lat, edges }: Extract<Condition, { op: 'within' }>, row: SampleRow): boolean | null {
  const [x, y] = [row[lon] ?? null, row[lat] ?? null].map((text) => (text === null ? null : Number(text)));
  if (x === null || x === undefined || y === null || y === undefined) return null;
  if (!(Math.abs(x) <= 180 && Math.abs(y) <= 90)) return false;
  const polygons = Map.groupBy(edges, ({ polygon }) => polygon).values();
  return [...polygons].some((sides) => sides.filter(({ x1, y1, x2, y2 }) => (y1 <= y && y < y2) || (y2 <= y && y < y1) ? x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1 : false).length % 2 === 1);
}

/** An instant as local time of Shanghai, to the microsecond. */
function localText(instant: string): string {
  const micro = /\.(\d+)Z$/.exec(instant)?.[1] ?? '';
  const text = DateTime.fromISO(instant, { zone }).toFormat('yyyy-MM-dd HH:mm:ss');
  return micro === '' ? text : `${text}.${micro}`;
}

/** Below zero, zero or above, as `left` stands to `right` in the order of their type. */
export function orderOf(type: ColumnType, left: string, right: string): number {
  switch (type) {
    case 'integer':
    case 'bigint':
    case 'decimal':
      return Number(scaled(left) - scaled(right) > 0n) - Number(scaled(left) - scaled(right) < 0n);
    case 'float':
      return Number(left) === Number(right) ? 0 : Number(left) < Number(right) ? -1 : 1;
    case 'timestamptz':
      return Buffer.compare(Buffer.from(fractioned(left)), Buffer.from(fractioned(right)));
    case 'time':
    case 'timestamp':
      return Buffer.compare(Buffer.from(left), Buffer.from(right));
    default:
      return Buffer.compare(Buffer.from(left), Buffer.from(right)); // UTF-8 orders as code points do
  }
}

const fractioned = (instant: string): string => instant.replace(/Z$/, '').replace(/(\.\d+)?$/, (fraction) => (fraction === '' ? '.000000' : fraction.padEnd(7, '0')));

const SCALE = 30;

function scaled(text: string): bigint {
  const [whole = '0', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  const digits = BigInt(whole + fraction.padEnd(SCALE, '0'));
  return text.startsWith('-') ? -digits : digits;
}

// ---- order ----------------------------------------------------------------------------------------------------------

/** NULL sorts after every value: last when ascending, first when descending. */
export function sorted(table: SampleTable, rows: readonly SampleRow[], order: readonly OrderTerm[]): SampleRow[] {
  const types = typesOf(table);
  return rows.toSorted((left, right) => {
    for (const { column, direction } of order) {
      const [a, b] = [left[column] ?? null, right[column] ?? null];
      const ascending = a === null || b === null ? Number(a === null) - Number(b === null) : orderOf(types.get(column) ?? 'other', a, b);
      if (ascending !== 0) return direction === 'asc' ? ascending : -ascending;
    }
    return 0;
  });
}

// ---- masks ----------------------------------------------------------------------------------------------------------

/** A masked value as text; `type` is the column's. */
export function masked(value: string | null, type: ColumnType, mask: PlanMask, key: Buffer): string | null {
  if (mask.kind === 'fixed') return mask.value;
  if (value === null) return null;
  const points = [...value];
  switch (mask.kind) {
    case 'partial': {
      const { keepStart, keepEnd } = mask;
      if (points.length <= keepStart + keepEnd) return '*'.repeat(points.length);
      return points.map((point, index) => (index < keepStart || index >= points.length - keepEnd ? point : '*')).join('');
    }
    case 'email': {
      const at = points.indexOf('@');
      return at < 1 ? '*'.repeat(points.length) : `${points[0]}***${points.slice(at).join('')}`;
    }
    case 'hash':
      return createHmac('sha256', key).update(value).digest('hex');
    case 'number':
      return steps(value, mask.step);
    case 'date':
      return cut(value, type, mask.unit);
  }
}

/** The greatest multiple of the step that is not above the value. */
function steps(value: string, step: number): string {
  const [number, size] = [scaled(value), scaled(String(step))];
  const over = ((number % size) + size) % size;
  return plain(number - over);
}

function plain(number: bigint): string {
  const digits = String(number < 0n ? -number : number).padStart(SCALE + 1, '0');
  const text = `${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`.replace(/\.?0+$/, '');
  return number < 0n ? `-${text}` : text;
}

/** Local days and hours of Shanghai, whatever zone the value was kept in. */
function cut(value: string, type: ColumnType, unit: 'year' | 'month' | 'day' | 'hour'): string {
  const local = type === 'timestamptz' ? DateTime.fromISO(value, { zone }) : DateTime.fromSQL(value, { zone: 'utc' });
  return local.startOf(unit).toFormat(type === 'date' ? 'yyyy-MM-dd' : 'yyyy-MM-dd HH:mm:ss');
}
