import fc from 'fast-check';
import { parseOperand } from '../../src/modules/policy/literals.ts';
import type { ColumnType, Comparison, Condition, Literal, OrderTerm, PlanMask } from '../../src/modules/policy/index.ts';
import type { ReadColumn, RowShape, WireForm } from '../../src/modules/resources/index.ts';
import { valuesOf, type Holds } from './random-rows.ts';
import type { SampleTable } from './sample.ts';

/** What of a plan is the same for whoever reads it. */
export interface Asked {
  readonly columns: readonly ReadColumn[];
  readonly where: Condition;
  readonly order: readonly OrderTerm[];
  readonly offset: number;
  readonly limit: number;
  readonly whole: boolean;
  readonly shape: RowShape;
}

export interface PlanOptions extends Holds {
  /** Types that the source puts in an order of its own; it orders all others as every source does. */
  readonly ownOrder: readonly ColumnType[];
}

const forms: Readonly<Record<ColumnType, readonly WireForm[]>> = {
  text: ['text'],
  integer: ['number', 'text'],
  bigint: ['number', 'text'],
  decimal: ['number', 'text'],
  float: ['number'],
  boolean: ['boolean', 'text'],
  date: ['date', 'text'],
  time: ['time', 'text'],
  timestamp: ['datetime-space', 'datetime-iso', 'text'],
  timestamptz: ['datetime-space', 'datetime-iso', 'text'],
  binary: ['base64', 'text'],
  json: ['json', 'text'],
  uuid: ['text'],
  geometry: ['json', 'text'],
  other: ['text'],
};

const length = fc.nat(6);
const textMask: fc.Arbitrary<PlanMask> = fc.oneof(
  fc.record({ kind: fc.constant('fixed' as const), value: fc.constantFrom('***', '', '赤"湾\\', null) }),
  fc.record({ kind: fc.constant('partial' as const), keepStart: length, keepEnd: length }),
  fc.constant<PlanMask>({ kind: 'email' }),
  fc.constant<PlanMask>({ kind: 'hash' }),
);
const isNumeric = (type: ColumnType): boolean => type === 'integer' || type === 'bigint' || type === 'decimal' || type === 'float';

/** The masks that the policy lets stand on a column of a type, with the forms that they leave. */
function masked(type: ColumnType): fc.Arbitrary<{ mask: PlanMask | null; form: WireForm }>[] {
  const form = fc.constantFrom(...forms[type]);
  const open = fc.record({ mask: fc.constant(null), form });
  const asText = type === 'float' || type === 'json' ? [] : [fc.record({ mask: textMask, form: fc.constant('text' as const) })]; // how floats and JSON are spelt is the source's own
  if (isNumeric(type)) {
    const step = type === 'integer' || type === 'bigint' ? fc.constantFrom(2, 3, 10, 1_000_000_000) : fc.constantFrom(0.1, 0.25, 1, 3, 10, 0.0001, 1e15);
    return [open, ...asText, fc.record({ mask: step.map((each): PlanMask => ({ kind: 'number', step: each })), form })];
  }
  if (type === 'date' || type === 'timestamp' || type === 'timestamptz') {
    const unit = type === 'date' ? fc.constantFrom('year' as const, 'month' as const) : fc.constantFrom('year' as const, 'month' as const, 'day' as const, 'hour' as const);
    return [open, ...asText, fc.record({ mask: unit.map((each): PlanMask => ({ kind: 'date', unit: each })), form })];
  }
  return [open, ...asText];
}

function anyColumn(table: SampleTable): fc.Arbitrary<Omit<ReadColumn, 'name'>> {
  return fc.constantFrom(...table.columns).chain(({ name, type }) => fc.oneof(...masked(type)).map((rest) => ({ column: name, columnType: type, ...rest })));
}

// ---- conditions -----------------------------------------------------------------------------------------------------

const comparisons: readonly Comparison[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];
const isComparable = (type: ColumnType): boolean => type !== 'binary' && type !== 'json' && type !== 'geometry' && type !== 'other';
const isOrdered = (type: ColumnType): boolean => isComparable(type) && type !== 'boolean' && type !== 'uuid';

/** What stands in the table, or might; read as the policy reads it. */
function literalsOf(type: ColumnType, cells: readonly (string | null)[], holds: Holds): fc.Arbitrary<Literal> {
  const operand = (text: string): Literal | undefined => parseOperand(type, text)?.literal;
  const there = cells.flatMap((cell) => (cell === null ? [] : (operand(cell) ?? [])));
  const might = valuesOf(type, { ...holds, notFinite: false }).map(operand).filter((literal) => literal !== undefined);
  return there.length === 0 ? might : fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...there) }, might);
}

function anyCondition(table: SampleTable, options: PlanOptions): fc.Arbitrary<Condition> {
  const cellsOf = (column: string): (string | null)[] => table.rows.map((row) => row[table.columns.findIndex((each) => each.name === column)] ?? null);
  const leaf = fc.constantFrom(...table.columns).chain(({ name: column, type }): fc.Arbitrary<Condition> => {
    const isNull = fc.constant<Condition>({ op: 'null', column });
    if (!isComparable(type)) return isNull;
    const literal = literalsOf(type, cellsOf(column), options);
    const op = isOrdered(type) ? fc.constantFrom(...comparisons) : fc.constantFrom('eq' as const, 'ne' as const);
    const contains = type === 'text' ? [literal.filter(({ text }) => text !== '').map(({ text }): Condition => ({ op: 'contains', column, text: Array.from(text).slice(0, 2).join('') }))] : [];
    return fc.oneof(fc.record({ op, column: fc.constant(column), value: literal }), fc.record({ op: fc.constant('in' as const), column: fc.constant(column), values: fc.array(literal, { maxLength: 5 }) }), isNull, ...contains);
  });
  const degree = (most: number): fc.Arbitrary<number> => fc.oneof(fc.constantFrom(-most, 0, 22.5, 113.9, 1e-7).map((each) => Math.min(each, most)), fc.integer({ min: -most * 4, max: most * 4 }).map((each) => each / 4));
  const box = fc.record({ op: fc.constant('box' as const), lon: fc.constantFrom('lon', 'lat', 'c_integer'), lat: fc.constantFrom('lat', 'lon'), west: degree(180), east: degree(180), south: degree(90), north: degree(90) });
  const corner = fc.tuple(degree(180), degree(90));
  const within = fc.record({ lon: fc.constantFrom('lon', 'lat', 'c_integer'), lat: fc.constantFrom('lat', 'lon'), rings: fc.array(fc.array(corner, { minLength: 3, maxLength: 8 }), { minLength: 1, maxLength: 4 }) }).map(({ lon, lat, rings }): Condition => ({
    op: 'within',
    lon,
    lat,
    edges: rings.flatMap((ring, index) => ring.map(([x1, y1], place) => ({ polygon: index % 3, x1, y1, x2: ring[(place + 1) % ring.length]?.[0] ?? 0, y2: ring[(place + 1) % ring.length]?.[1] ?? 0 }))).filter(({ y1, y2 }) => y1 !== y2),
  }));
  const { tree } = fc.letrec<{ tree: Condition }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      { weight: 4, arbitrary: leaf },
      { weight: 1, arbitrary: box },
      { weight: 1, arbitrary: within },
      { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('all' as const, 'any' as const), of: fc.array(tie('tree'), { maxLength: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ op: fc.constant('not' as const), of: tie('tree') }) },
    ),
  }));
  return fc.oneof({ weight: 1, arbitrary: fc.constant<Condition>({ op: 'all', of: [] }) }, { weight: 3, arbitrary: tree });
}

// ---- plans ----------------------------------------------------------------------------------------------------------

export function anyAsked(table: SampleTable, options: PlanOptions): fc.Arbitrary<Asked> {
  const sortable = table.columns.filter(({ type }) => type !== 'json' && type !== 'other' && !options.ownOrder.includes(type)).map(({ name }) => name);
  const direction = fc.constantFrom('asc' as const, 'desc' as const);
  return fc.record({
    columns: fc.array(anyColumn(table), { minLength: 1, maxLength: 6 }).map((columns) => columns.map((column, index) => ({ ...column, name: `f${index}` }))),
    where: anyCondition(table, options),
    order: fc.uniqueArray(fc.record({ column: fc.constantFrom(...sortable), direction }), { maxLength: 3, selector: ({ column }) => column }),
    offset: fc.oneof(fc.constant(0), fc.nat(40)),
    limit: fc.oneof(fc.constant(1000), fc.integer({ min: 1, max: 20 })),
    whole: fc.boolean(),
    shape: fc.constantFrom<RowShape>('json', 'cells'),
  }).map((asked) => (asked.whole ? { ...asked, offset: 0 } : asked));
}
