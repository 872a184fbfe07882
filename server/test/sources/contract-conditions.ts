import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { ColumnType, Comparison, Condition, Literal } from '../../src/modules/policy/index.ts';
import type { TableDescription } from '../../src/modules/resources/index.ts';
import { described, held, never, page, planOf, stream, textColumn, type Bench } from './contract.ts';
import { holds, typesOf } from './expected.ts';
import { conditionTable, literalPools, rowsOf, type SampleRow } from './sample.ts';

const comparisons: readonly Comparison[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];
const types = typesOf(conditionTable);
const ordered = (type: ColumnType): boolean => type !== 'boolean';

const conditionColumns = conditionTable.columns.filter((column) => column.name !== 'id');
const operatorsOf = (type: ColumnType): readonly Comparison[] => (ordered(type) ? comparisons : ['eq', 'ne']);
const literalsOf = (type: ColumnType): Literal[] => (literalPools[type] ?? []).map((text) => ({ type, text }));

const leaf: fc.Arbitrary<Condition> = fc.constantFrom(...conditionColumns).chain(({ name, type }): fc.Arbitrary<Condition> => {
  const literal = fc.constantFrom(...literalsOf(type));
  return fc.oneof(
    fc.record({ op: fc.constantFrom(...operatorsOf(type)), column: fc.constant(name), value: literal }),
    fc.record({ op: fc.constant('in' as const), column: fc.constant(name), values: fc.array(literal, { minLength: 1, maxLength: 5 }) }),
    fc.constant({ op: 'null' as const, column: name }),
  );
});
const degree = (most: number): fc.Arbitrary<number> => fc.constantFrom(-most, -0.5, 0, 22.5, most - 0.5, most);
const box: fc.Arbitrary<Condition> = fc.record({
  op: fc.constant('box' as const),
  lon: fc.constant('lon'),
  lat: fc.constant('lat'),
  west: degree(180),
  east: degree(180),
  south: degree(90),
  north: degree(90),
});
const corner = fc.tuple(degree(180), degree(90));
/** Polygons of any shape, also such as cross themselves; sides along a parallel are never among the edges. */
const within: fc.Arbitrary<Condition> = fc.array(fc.array(corner, { minLength: 3, maxLength: 6 }), { minLength: 1, maxLength: 3 }).map((rings) => ({
  op: 'within',
  lon: 'lon',
  lat: 'lat',
  edges: rings
    .flatMap((ring, polygon) => ring.map(([x1, y1], index) => ({ polygon: polygon % 2, x1, y1, x2: ring[(index + 1) % ring.length]?.[0] ?? 0, y2: ring[(index + 1) % ring.length]?.[1] ?? 0 })))
    .filter(({ y1, y2 }) => y1 !== y2),
}));
const contains: fc.Arbitrary<Condition> = fc.constantFrom(...(literalPools.text ?? [])).map((text) => ({ op: 'contains' as const, column: 't', text }));
const { condition: anyCondition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    leaf,
    box,
    within,
    contains,
    fc.record({ op: fc.constantFrom('all' as const, 'any' as const), of: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ op: fc.constant('not' as const), of: tie('condition') }),
  ),
}));

export function conditionContract(bench: Bench): void {
  describe('conditions', () => {
    let table: TableDescription;
    let rows: SampleRow[];
    before(async () => {
      const sample = held(bench.harness, conditionTable);
      rows = rowsOf(sample);
      table = await described(bench.connection, await bench.harness.put(sample));
    });
    const found = async (where: Condition): Promise<string[]> =>
      (await page(bench.connection, planOf(table, [textColumn('id', 'integer')], { where, order: [{ column: 'id', direction: 'asc' }] }))).map(([id]) => String(id));
    const expected = (where: Condition): string[] => rows.filter((row) => holds(where, row, types) === true).map((row) => row['id'] ?? '');

    for (const { name, type } of conditionColumns) {
      test(`every operator and literal on a column of ${type} (${name})`, async () => {
        for (const op of operatorsOf(type)) {
          for (const value of literalsOf(type)) {
            const where: Condition = { op, column: name, value };
            assert.deepEqual(await found(where), expected(where), `${name} ${op} ${value.text.slice(0, 40)}`);
          }
        }
        const where: Condition = { op: 'in', column: name, values: literalsOf(type).slice(0, 3) };
        assert.deepEqual(await found(where), expected(where));
      });
    }

    test('"contains" takes no wildcards', async () => {
      for (const text of literalPools.text ?? []) {
        const where: Condition = { op: 'contains', column: 't', text };
        assert.deepEqual(await found(where), expected(where), text);
      }
    });

    test('a box may cross the antimeridian, and its edges are inside', async () => {
      for (const [west, east] of [[170, -170], [180, -180], [-180, 180], [0, 113.9], [113.9, 113.9]] as const) {
        const where: Condition = { op: 'box', lon: 'lon', lat: 'lat', west, east, south: -90, north: 22.5 };
        assert.deepEqual(await found(where), expected(where), `${west} to ${east}`);
      }
    });

    test('an area has holes and parts', async () => {
      const square = (polygon: number, west: number, south: number, east: number, north: number) => [
        { polygon, x1: west, y1: south, x2: west, y2: north },
        { polygon, x1: east, y1: north, x2: east, y2: south },
      ];
      for (const edges of [
        square(0, 100, 20, 120, 30), [...square(0, 100, 20, 120, 30), ...square(0, 113, 22, 114, 23)], [...square(0, -180, -90, 0, 0), ...square(1, 0, 0, 180, 90)],
        square(0, 113.9, 22.5, 180, 90), square(0, 100, 0, 113.9, 22.5),
      ]) {
        const where: Condition = { op: 'within', lon: 'lon', lat: 'lat', edges };
        assert.deepEqual(await found(where), expected(where), JSON.stringify(edges));
      }
    });

    test('any tree of conditions means the same here and there', async () => {
      await fc.assert(
        fc.asyncProperty(anyCondition, async (where) => {
          assert.deepEqual(await found(where), expected(where));
        }),
        { numRuns: 150 },
      );
    });

    test('count, page and stream agree on a condition', async () => {
      const where: Condition = { op: 'not', of: { op: 'eq', column: 't', value: { type: 'text', text: '赤湾' } } };
      const plan = planOf(table, [textColumn('id', 'integer')], { where, limit: 10, whole: false });
      assert.equal(await bench.connection.count(plan, never), expected(where).length);
      assert.deepEqual(await stream(bench.connection, plan), await page(bench.connection, plan));
    });
  });
}
