import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { PlanMask } from '../../src/modules/policy/index.ts';
import type { TableDescription, WireForm } from '../../src/modules/resources/index.ts';
import { described, held, maskKey, page, planOf, stream, type Bench } from './contract.ts';
import { masked } from './expected.ts';
import { numbered, rowsOf, type SampleColumn, type SampleRow } from './sample.ts';

const columns: readonly SampleColumn[] = [
  { name: 't', type: 'text' },
  { name: 'i', type: 'integer' },
  { name: 'b', type: 'bigint' },
  { name: 'd', type: 'decimal' },
  { name: 'day', type: 'date' },
  { name: 'local', type: 'timestamp' },
  { name: 'instant', type: 'timestamptz' },
];
const table = numbered('masks', columns, [
  ['110101199003071234', '123', '9223372036854775807', '123.456', '2026-05-17', '2026-05-17 13:45:59.5', '2026-05-17T05:45:59Z'],
  ['张三', '-1', '-9223372036854775808', '-0.1', '2024-02-29', '2026-01-01 00:00:00', '2025-12-31T16:30:00Z'],
  ['a😀𠮷b', '0', '9007199254740993', '2.99999999999999999999999', '0001-01-01', '1990-07-01 12:30:00', '1990-07-01T03:30:00Z'],
  ['zhang.san@example.gov.cn', '-10', '0', '0.30', '9999-12-31', '1969-12-31 23:59:59', '1969-12-31T15:59:59Z'],
  ['@nobody', '10', '-1', '-300', '2026-01-01', '2026-12-31 23:59:59', '2026-12-31T15:59:59Z'],
  ['', '7', '10', '1000000000000000000000.5', '2026-12-31', '2026-05-17 13:00:00', '2026-05-17T05:00:00Z'],
  [null, null, null, null, null, null, null],
]);

const textMasks: readonly PlanMask[] = [
  { kind: 'fixed', value: '***' },
  { kind: 'fixed', value: `'; DROP TABLE masks; --` },
  { kind: 'fixed', value: null },
  { kind: 'partial', keepStart: 6, keepEnd: 4 },
  { kind: 'partial', keepStart: 1, keepEnd: 0 },
  { kind: 'partial', keepStart: 0, keepEnd: 2 },
  { kind: 'partial', keepStart: 0, keepEnd: 0 },
  { kind: 'email' },
  { kind: 'hash' },
];

export function maskContract(bench: Bench): void {
  describe('masks', () => {
    let description: TableDescription;
    let sampleRows: SampleRow[];
    before(async () => {
      const sample = held(bench.harness, table);
      sampleRows = rowsOf(sample);
      description = await described(bench.connection, await bench.harness.put(sample));
    });

    const check = async (column: SampleColumn, mask: PlanMask, form: WireForm): Promise<void> => {
      const plan = planOf(description, [{ name: 'v', column: column.name, columnType: column.type, mask, form }], { order: [{ column: 'id', direction: 'asc' }] });
      const expected = sampleRows.map((row) => masked(row[column.name] ?? null, column.type, mask, maskKey));
      const same = (value: unknown): unknown => (mask.kind === 'number' && typeof value === 'string' ? plainNumber(value) : value);
      const label = `${JSON.stringify(mask)} on ${column.name}`;
      const got = await page(bench.connection, plan);
      assert.deepEqual(got.map(([value]) => same(value)), expected, label);
      assert.deepEqual(await stream(bench.connection, plan), got, label);
      const batch = await bench.connection.readPage(plan, 'json', 1e6, new AbortController().signal);
      assert.ok(batch?.kind === 'json');
      const tokens = tokensOf(batch.text);
      assert.deepEqual(tokens.map((value) => same(value)), expected, `${label}, as JSON`);
    };

    for (const mask of textMasks) {
      test(`${JSON.stringify(mask)} of text, number and date`, async () => {
        for (const name of ['t', 'b', 'day']) await check(columnOf(name), mask, 'text');
      });
    }
    for (const step of [10, 1, 0.1, 3, 0.0001, 1e15]) {
      test(`numbers by ${step}`, async () => {
        for (const name of ['i', 'b', 'd']) {
          await check(columnOf(name), { kind: 'number', step }, 'number');
          await check(columnOf(name), { kind: 'number', step }, 'text');
        }
      });
    }
    for (const unit of ['year', 'month', 'day', 'hour'] as const) {
      test(`dates to the ${unit}`, async () => {
        if (unit !== 'hour') await check(columnOf('day'), { kind: 'date', unit }, 'date');
        await check(columnOf('local'), { kind: 'date', unit }, 'datetime-space');
        await check(columnOf('instant'), { kind: 'date', unit }, 'datetime-space');
      });
    }

    test('a hash is keyed, and the same value has the same hash', async () => {
      const column = { name: 'v', column: 't', columnType: 'text', mask: { kind: 'hash' }, form: 'text' } as const;
      const other = Buffer.alloc(32, 7);
      const [one, two] = [await page(bench.connection, planOf(description, [column])), await page(bench.connection, planOf(description, [column], { maskKey: other }))];
      assert.notDeepEqual(one[0], two[0]);
      assert.equal(two[0]?.[0], masked(sampleRows[0]?.['t'] ?? null, 'text', { kind: 'hash' }, other));
    });
  });
}

const columnOf = (name: string): SampleColumn => {
  const column = columns.find((each) => each.name === name);
  assert.ok(column);
  return column;
};

/** Trailing zeros of a fraction say nothing. */
const plainNumber = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** The values of single-field rows as they stand in the JSON, numbers with all their digits. */
function tokensOf(text: string): (string | null)[] {
  const rows = JSON.parse(`[${text}]`, (key, value: unknown, context?: { source?: string }) => (key === 'v' && typeof value === 'number' ? context?.source : value)) as { v: string | null }[];
  return rows.map((row) => row.v);
}
