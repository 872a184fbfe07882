import { readGeometry } from '../../kernel/geojson.ts';
import type { ColumnType, Comparison, Condition, Edge } from '../policy/index.ts';
import type { ReadPlan } from '../resources/index.ts';
import { comparerOf } from './compare.ts';
import { coverOf } from './cover.ts';
import type { Row, SimpleCondition } from './ports.ts';

/** Whether a row fulfils a condition; three-valued like SQL, null is unknown. */
export type Verdict = (row: Row) => boolean | null;

/** Where the values of a column stand in a row, and what they are. */
export interface Columns {
  readonly plan: Pick<ReadPlan, 'types' | 'natives'>;
  readonly zone: string;
  readonly place: (column: string) => number;
}

export const typeOf = ({ plan }: Columns, column: string): ColumnType => plan.types[column] ?? 'other';

const verdicts: Readonly<Record<Comparison, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
};

/** A condition made ready to be asked of many rows. */
export function verdictOf(condition: Condition, columns: Columns): Verdict {
  switch (condition.op) {
    case 'all':
      return joined(condition.of.map((part) => verdictOf(part, columns)), false);
    case 'any':
      return joined(condition.of.map((part) => verdictOf(part, columns)), true);
    case 'not': {
      const inner = verdictOf(condition.of, columns);
      return (row) => {
        const verdict = inner(row);
        return verdict === null ? null : !verdict;
      };
    }
    case 'null': {
      const place = columns.place(condition.column);
      return (row) => row[place] === null;
    }
    case 'contains':
      return ofValue(columns.place(condition.column), (cell) => cell.includes(condition.text));
    case 'in':
      return membership(condition, columns);
    case 'box':
      return inBox(condition, columns);
    case 'within':
      return withinArea(condition, columns);
    case 'covered':
      return inArea(condition, columns);
    default: {
      const { op, column, value } = condition;
      const against = comparerOf(value.type, native(column, columns), columns.zone).against(value.text);
      const holds = verdicts[op];
      return ofValue(columns.place(column), (cell) => holds(against(cell)));
    }
  }
}

/** One part that is decisive ends it; else one unknown makes it unknown. */
function joined(parts: readonly Verdict[], decisive: boolean): Verdict {
  return (row) => {
    let verdict: boolean | null = !decisive;
    for (const part of parts) {
      const each = part(row);
      if (each === decisive) return decisive;
      if (each === null) verdict = null;
    }
    return verdict;
  };
}

/** NULL fails every comparison. */
const ofValue = (place: number, holds: (cell: string) => boolean): Verdict => (row) => {
  const cell = row[place] ?? null;
  return cell === null ? null : holds(cell);
};

const native = (column: string, { plan }: Columns): string => plan.natives[column] ?? '';

function membership({ column, values }: Extract<Condition, { op: 'in' }>, columns: Columns): Verdict {
  const [first] = values;
  if (first === undefined) return () => false;
  return ofValue(columns.place(column), comparerOf(first.type, native(column, columns), columns.zone).oneOf(values.map((value) => value.text)));
}

/** A longitude outside ±180 or a NaN is no place: it stands in no box. Edges are inside. */
function inBox({ lon, lat, west, east, south, north }: Extract<Condition, { op: 'box' }>, columns: Columns): Verdict {
  const range = (column: string, least: number, most: number): Verdict => {
    const comparer = comparerOf(typeOf(columns, column), native(column, columns), columns.zone);
    const [fromLeast, fromMost] = [comparer.against(String(least)), comparer.against(String(most))];
    return ofValue(columns.place(column), (cell) => fromLeast(cell) >= 0 && fromMost(cell) <= 0);
  };
  const across = west > east ? joined([range(lon, west, 180), range(lon, -180, east)], true) : range(lon, west, east);
  return joined([across, range(lat, south, north)], false);
}

/** As `Edge` says. */
function withinArea({ lon, lat, edges }: Extract<Condition, { op: 'within' }>, columns: Columns): Verdict {
  const places = [columns.place(lon), columns.place(lat)] as const;
  const globe: Condition = { op: 'box', lon, lat, west: -180, south: -90, east: 180, north: 90 };
  const onGlobe = inBox(globe, columns);
  return (row) => {
    const [x, y] = [row[places[0]] ?? null, row[places[1]] ?? null];
    if (x === null || y === null) return null;
    return onGlobe(row) === true && liesWithin(edges, Number(x), Number(y));
  };
}

function inArea({ column, area }: Extract<Condition, { op: 'covered' }>, columns: Columns): Verdict {
  const covers = coverOf(area);
  return ofValue(columns.place(column), (cell) => {
    const geometry = readGeometry(cell);
    return geometry !== undefined && covers(geometry);
  });
}

function liesWithin(edges: readonly Edge[], x: number, y: number): boolean {
  const odd = new Set<number>();
  for (const { polygon, x1, y1, x2, y2 } of edges) {
    if (y1 > y === y2 > y || !(x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1)) continue;
    if (!odd.delete(polygon)) odd.add(polygon);
  }
  return odd.size > 0;
}

/** The simple conditions that every fitting row fulfils. */
export function necessary(condition: Condition): SimpleCondition[] {
  switch (condition.op) {
    case 'all':
      return condition.of.flatMap(necessary);
    case 'any':
    case 'not':
      return [];
    default:
      return [condition];
  }
}

/** The columns that a condition asks of. */
export function askedBy(condition: Condition): readonly string[] {
  switch (condition.op) {
    case 'all':
    case 'any':
      return condition.of.flatMap(askedBy);
    case 'not':
      return askedBy(condition.of);
    case 'box':
    case 'within':
      return [condition.lon, condition.lat];
    default:
      return [condition.column];
  }
}
