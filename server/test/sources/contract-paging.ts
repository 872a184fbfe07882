import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { OrderTerm } from '../../src/modules/policy/index.ts';
import type { ReadPlan, TableDescription } from '../../src/modules/resources/index.ts';
import { described, failsWith, never, page, planOf, stream, textColumn, type Bench } from './contract.ts';
import { sorted } from './expected.ts';
import { pagingTable, rowsOf } from './sample.ts';

const asc = (column: string): OrderTerm => ({ column, direction: 'asc' });
const desc = (column: string): OrderTerm => ({ column, direction: 'desc' });

/** By numbers and times, whose order every source shares. */
const orders: readonly (readonly OrderTerm[])[] = [
  [asc('id')],
  [desc('id')],
  [asc('i'), asc('id')],
  [desc('i'), asc('id')],
  [asc('i'), desc('at'), asc('id')],
  [desc('at'), desc('f'), desc('id')],
  [asc('f'), asc('at'), asc('i'), asc('id')],
];
const rows = rowsOf(pagingTable);

export function pagingContract(bench: Bench): void {
  describe('order and paging', () => {
    let table: TableDescription;
    before(async () => {
      table = await described(bench.connection, await bench.harness.put(pagingTable));
    });
    const plan = (changes: Partial<ReadPlan>): ReadPlan => planOf(table, [textColumn('id', 'integer'), textColumn('t')], changes);
    const expected = (order: readonly OrderTerm[]): unknown[][] => sorted(pagingTable, rows, order).map((row) => [row['id'], row['t']]);

    for (const order of orders) {
      test(`whole, in pages and as a stream by ${order.map((term) => `${term.column} ${term.direction}`).join(', ')}`, async () => {
        const whole = expected(order);
        assert.deepEqual(await page(bench.connection, plan({ order })), whole);
        assert.deepEqual(await stream(bench.connection, plan({ order })), whole);
        assert.deepEqual((await stream(bench.connection, plan({ order }), 'json')).map(([id]) => id), whole.map(([id]) => id));
        const pages: unknown[][] = [];
        for (let offset = 0; offset < rows.length; offset += 700) pages.push(...(await page(bench.connection, plan({ order, offset, limit: 700, whole: false }))));
        assert.deepEqual(pages, whole);
      });
    }

    test('text in the order of the source loses no row and doubles none, by ties and NULLs alone', async () => {
      const order = [desc('t'), asc('i')];
      const whole = await page(bench.connection, plan({ order }));
      assert.deepEqual(new Set(whole.map(([id]) => id)).size, rows.length);
      assert.deepEqual(await stream(bench.connection, plan({ order })), whole);
    });

    test('a stream of a page has that page, and its own number of rows', async () => {
      const order = [desc('i'), asc('id')];
      const whole = expected(order);
      for (const [offset, limit] of [[0, 10], [1_000, 1_200], [2_500, 10], [5_000, 10]] as const) {
        const part = plan({ order, offset, limit, whole: false });
        assert.deepEqual(await stream(bench.connection, part), whole.slice(offset, offset + limit));
        assert.deepEqual(await page(bench.connection, part), whole.slice(offset, offset + limit));
      }
    });

    test('a whole answer beyond its limit is an error, at its limit it is not', async () => {
      await assert.rejects(bench.connection.openStream(plan({ limit: rows.length - 1 }), 'json', never), failsWith('result-too-large'));
      assert.equal((await stream(bench.connection, plan({ limit: rows.length }), 'json')).length, rows.length);
    });

    test('a page larger than maxBytes is kept back', async () => {
      for (const shape of ['json', 'cells'] as const) {
        const part = plan({ limit: 100, whole: false });
        const batch = await bench.connection.readPage(part, shape, 1e6, never);
        assert.ok(batch);
        const bytes = batch.kind === 'json' ? Buffer.byteLength(batch.text) : batch.rows.flat().reduce((sum, cell) => sum + Buffer.byteLength(cell ?? ''), 0);
        assert.equal(await bench.connection.readPage(part, shape, bytes - 1, never), undefined);
        assert.deepEqual(await bench.connection.readPage(part, shape, bytes + 2, never), batch); // + 2: JSON's brackets may count
      }
    });

    test('count tells all rows, whatever the page', async () => {
      assert.equal(await bench.connection.count(plan({ offset: 100, limit: 1, whole: false }), never), rows.length);
    });

    test('the same plan again, with other values, gives other rows', async () => {
      for (let round = 0; round < 4; round += 1) {
        for (const id of ['7', '8', '9']) {
          assert.deepEqual((await page(bench.connection, plan({ where: { op: 'eq', column: 'id', value: { type: 'integer', text: id } } }))).map(([first]) => first), [id]);
        }
      }
    });
  });
}
