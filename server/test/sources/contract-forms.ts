import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ColumnType } from '../../src/modules/policy/index.ts';
import type { WireForm } from '../../src/modules/resources/index.ts';
import { described, page, planOf, never, type Bench, type Harness } from './contract.ts';
import { numbered } from './sample.ts';

/** `json` is the token itself; spec/wire-values.yaml says why. */
interface FormCase {
  readonly value: string;
  readonly json: string;
  readonly cell: string;
}

/** The case as the source can hold it; undefined where it cannot. */
function heldCase({ stored }: Harness, type: ColumnType, each: FormCase): FormCase | undefined {
  const value = stored === undefined ? each.value : stored(type, each.value);
  if (value === undefined) return undefined;
  if (value === each.value) return each;
  return each.cell === each.value ? { value, json: each.json.startsWith('"') ? JSON.stringify(value) : value, cell: value } : each;
}

/** JSON may spell a control character either way. */
const samelySpelt = (json: string): string => json.replaceAll(/\\u[0-9A-F]{4}/g, (escape) => escape.toLowerCase());

const verbatim = (...values: readonly string[]): FormCase[] => values.map((value) => ({ value, json: value, cell: value }));
const quoted = (...values: readonly string[]): FormCase[] => values.map((value) => ({ value, json: JSON.stringify(value), cell: value }));
const turned = (value: string, text: string): FormCase => ({ value, json: JSON.stringify(text), cell: text });

const cases: readonly (readonly [ColumnType, WireForm, readonly FormCase[]])[] = [
  ['text', 'text', quoted('', ' ', '赤湾🌊', 'a"b\\c', "it's", 'a\nb\tc\r', '\u0001\u001f\u007f', '\u2028', '<&>', '𠮷', 'null', '\\N', '{"a":1}', 'e\u0301')],
  ['integer', 'number', verbatim('0', '-1', '2147483647', '-2147483648')],
  ['integer', 'text', quoted('0', '-2147483648')],
  ['bigint', 'number', verbatim('9007199254740993', '9223372036854775807', '-9223372036854775808')],
  ['bigint', 'text', quoted('9007199254740993', '9223372036854775807')],
  ['decimal', 'number', verbatim('1.50', '0.000000000000000000001', '-123456789012345678901234567890.12345', '0')],
  ['decimal', 'text', quoted('1.50', '-123456789012345678901234567890.12345')],
  ['float', 'number', [...verbatim('0.1', '-2.5', '3', '1.7976931348623157e+308', '5e-324', '0.30000000000000004'), ...quoted('NaN', 'Infinity', '-Infinity')]],
  ['float', 'text', quoted('0.1', 'NaN')],
  ['boolean', 'boolean', verbatim('true', 'false')],
  ['boolean', 'text', quoted('true', 'false')],
  ['date', 'date', quoted('2026-01-01', '2024-02-29', '0001-01-01', '9999-12-31', 'infinity')],
  ['date', 'text', quoted('2026-01-01')],
  ['time', 'time', [...quoted('08:00:00', '23:59:59.999999'), turned('08:00:00.250', '08:00:00.25')]],
  ['timestamp', 'datetime-space', [...quoted('2026-01-01 08:00:00', '1990-07-01 12:00:00', '0001-01-01 00:00:00', '9999-12-31 23:59:59.999999', 'infinity', '-infinity'), turned('2026-01-01 08:00:00.120', '2026-01-01 08:00:00.12')]],
  ['timestamp', 'text', quoted('2026-01-01 08:00:00.12')],
  [
    'timestamp',
    'datetime-iso',
    [
      turned('2026-01-01 08:00:00.12', '2026-01-01T08:00:00.12+08:00'),
      turned('1990-07-01 12:00:00', '1990-07-01T12:00:00+09:00'),
      turned('9999-12-31 23:59:59', '9999-12-31T23:59:59+08:00'),
      turned('infinity', 'infinity'),
    ],
  ],
  [
    'timestamptz',
    'datetime-iso',
    [
      turned('2026-01-01T00:00:00Z', '2026-01-01T08:00:00+08:00'),
      turned('1988-07-01T00:00:00Z', '1988-07-01T09:00:00+09:00'),
      turned('2026-01-01T00:00:00.000001Z', '2026-01-01T08:00:00.000001+08:00'),
      turned('-infinity', '-infinity'),
    ],
  ],
  [
    'timestamptz',
    'datetime-space',
    [
      turned('2026-01-01T00:00:00Z', '2026-01-01 08:00:00'),
      turned('1990-07-01T00:00:00Z', '1990-07-01 09:00:00'),
      turned('2026-01-01T00:00:00.120Z', '2026-01-01 08:00:00.12'),
      turned('infinity', 'infinity'),
    ],
  ],
  ['timestamptz', 'text', [turned('2026-01-01T00:00:00Z', '2026-01-01 08:00:00')]],
  ['binary', 'base64', [turned('fbff', '+/8='), turned('', ''), turned('00'.repeat(100), Buffer.alloc(100).toString('base64'))]],
  ['json', 'json', verbatim('{"a": [1, null, "赤湾"]}', '"x"', 'null', '9007199254740993')],
  ['json', 'text', quoted('{"a": [1, null]}')],
  ['uuid', 'text', quoted('123e4567-e89b-12d3-a456-426614174000')],
];

export function formContract(bench: Bench, types: readonly ColumnType[]): void {
  describe('forms', () => {
    for (const [type, form, cased] of cases.filter(([each]) => types.includes(each))) {
      test(`${type} as ${form}`, async () => {
        const values = cased.map((each) => heldCase(bench.harness, type, each)).filter((each) => each !== undefined);
        const sample = numbered(`forms_${type}_${form.replace('-', '_')}`, [{ name: 'v', type }], [...values.map(({ value }) => [value]), [null]]);
        const table = await described(bench.connection, await bench.harness.put(sample));
        const plan = planOf(table, [{ name: 'v', column: 'v', columnType: type, mask: null, form }], { order: [{ column: 'id', direction: 'asc' }] });
        assert.deepEqual(await page(bench.connection, plan, 'cells'), [...values.map(({ cell }) => [cell]), [null]]);
        const opened = await bench.connection.openStream(plan, 'json', never);
        const streamed: string[] = [];
        for await (const batch of opened.batches) streamed.push(batch.kind === 'json' ? samelySpelt(batch.text) : '');
        for (const [index, { json }] of [...values, { json: 'null' }].entries()) {
          const batch = await bench.connection.readPage({ ...plan, offset: index, limit: 1 }, 'json', 1e6, never);
          assert.ok(batch?.kind === 'json');
          assert.equal(tokenOf(samelySpelt(batch.text)), json);
          assert.ok(streamed.join(',').includes(`:${json}}`) || streamed.join(',').includes(`: ${json}}`), `the stream has ${json}`);
        }
      });
    }

    test('a field named as another column orders by the column', async () => {
      const sample = numbered('aliases', [{ name: 'a', type: 'text' }, { name: 'b', type: 'text' }], [['1', '3'], ['2', '2'], ['3', '1']]);
      const table = await described(bench.connection, await bench.harness.put(sample));
      const columns = [{ name: 'b', column: 'a', columnType: 'text', mask: null, form: 'text' }, { name: 'a', column: 'b', columnType: 'text', mask: { kind: 'fixed', value: 'x' }, form: 'text' }] as const;
      const plan = planOf(table, columns, { order: [{ column: 'b', direction: 'asc' }], where: { op: 'ne', column: 'a', value: { type: 'text', text: '2' } } });
      assert.deepEqual(await page(bench.connection, plan), [['3', 'x'], ['1', 'x']]);
      assert.deepEqual(await page(bench.connection, plan, 'json'), [['3', 'x'], ['1', 'x']]);
    });
  });
}

function tokenOf(row: string): string {
  const match = /^\s*\{"v":\s?(.*)\}\s*$/s.exec(row);
  assert.ok(match, row);
  return match[1] ?? '';
}
