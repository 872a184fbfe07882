import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ColumnType } from '../../src/modules/policy/index.ts';
import { described, page, planOf, stream, textColumn, type Bench } from './contract.ts';
import type { SampleTable } from './sample.ts';

export function describeContract(bench: Bench, types: readonly ColumnType[]): void {
  test('describes a table with its columns, types, comments and a key', async () => {
    const sample: SampleTable = {
      name: 'described',
      comment: '潮位观测',
      columns: [{ name: 'id', type: 'integer', comment: '编号' }, ...types.map((type) => ({ name: `c_${type}`, type, comment: `${type}列` }))],
      key: 'id',
      rows: [],
    };
    const table = await described(bench.connection, await bench.harness.put(sample));
    assert.equal(table.comment, '潮位观测');
    assert.equal(table.key.length, 1);
    for (const { name, type, comment } of sample.columns) {
      const column = table.columns.find((each) => each.name === name);
      assert.deepEqual([column?.type, column?.comment], [type, comment]);
      assert.notEqual(column?.native, '');
    }
    for (const key of table.key) assert.equal(table.columns.find((column) => column.name === key)?.nullable, false);
    assert.equal(table.columns.find((column) => column.name === `c_${types[0]}`)?.nullable, true);
    assert.deepEqual(await page(bench.connection, planOf(table, [textColumn('id', 'integer')])), []);
    assert.deepEqual(await stream(bench.connection, planOf(table, [textColumn('id', 'integer')])), []);
  });

  test('names are only names, whatever stands in them', async () => {
    const odd = bench.harness.oddColumn ?? `潮位 "a";--'😀`;
    const sample: SampleTable = {
      name: bench.harness.oddName,
      comment: `'; DROP TABLE x; --`,
      columns: [{ name: 'id', type: 'integer' }, { name: odd, type: 'text', comment: odd }, { name: 'Select', type: 'text' }],
      key: 'id',
      rows: [['1', odd, 'x'], ['2', "'); DELETE FROM t; --", 'y']],
    };
    const table = await described(bench.connection, await bench.harness.put(sample));
    assert.equal(table.columns.find((column) => column.name === odd)?.comment, odd);
    const plan = planOf(table, [textColumn(odd, 'text', odd), textColumn('Select', 'text', `"'\\$1`)], {
      order: [{ column: odd, direction: 'desc' }],
      where: { op: 'any', of: [{ op: 'eq', column: odd, value: { type: 'text', text: odd } }, { op: 'contains', column: odd, text: "'); DELETE" }] },
    });
    for (const shape of ['json', 'cells'] as const) {
      const rows = await page(bench.connection, plan, shape);
      assert.deepEqual(new Set(rows.map(([first, second]) => `${String(first)} ${String(second)}`)), new Set([`${odd} x`, "'); DELETE FROM t; -- y"]));
      assert.deepEqual(await stream(bench.connection, plan, shape), rows);
    }
    const batch = await bench.connection.readPage(plan, 'json', 1e6, new AbortController().signal);
    assert.ok(batch?.kind === 'json');
    const rows = JSON.parse(`[${batch.text}]`) as Record<string, unknown>[];
    assert.deepEqual(Object.keys(rows[0] ?? {}), [odd, `"'\\$1`]);
  });
}
