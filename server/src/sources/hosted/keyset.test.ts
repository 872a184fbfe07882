import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshPglite } from '../../../test/support/database.ts';
import type { ReadPlan } from '../../modules/resources/index.ts';
import { HostedTableStore } from './tables.ts';
import { columnsStatement, keysetStatement } from './keyset.ts';

test('pages of a stream are sought by an index, however deep they are', async () => {
  await using node = await freshPglite();
  const tables = new HostedTableStore(node.database);
  async function* rows(): AsyncGenerator<(readonly string[])[]> {
    for (let n = 0; n < 30; n += 1) yield Array.from({ length: 1_000 }, (_, m) => [`站${n % 10}`, new Date(1.7e12 + m * 3.6e6).toISOString()]);
  }
  await tables.load({
    name: 't',
    title: '',
    attribution: '',
    columns: [{ name: 'station', type: 'text', comment: '' }, { name: 'at', type: 'timestamptz', comment: '' }],
    indexes: [['station', 'at']],
    rows: rows(),
    progress: () => {},
  });
  const [registered] = await node.database.query<{ physical: string }>('SELECT physical FROM hosted_tables');
  const order = ['station', 'at', '_row'].map((column) => ({ column, direction: 'asc' }) as const);
  const plan: ReadPlan = {
    table: { schema: 'hosted', name: registered?.physical ?? '' },
    columns: [{ name: 'at', column: 'at', columnType: 'timestamptz', mask: null, form: 'datetime-iso' }],
    natives: {}, types: {}, inputs: {},
    where: { op: 'all', of: [] },
    order,
    offset: 0,
    limit: 100_000,
    whole: true,
    maskKey: Buffer.alloc(32),
  };
  const known = columnsStatement(plan);
  const described = new Map((await node.database.cells(known.text, known.values)).map(([name, native, nullable]) => [name, { native: native ?? '', nullable: nullable === 't' }]));
  const orderColumns = order.map((term) => ({ ...term, ...(described.get(term.column) ?? { native: '', nullable: true }) }));
  assert.deepEqual(orderColumns.map((column) => column.nullable), [false, false, false]);
  const statement = keysetStatement(plan, 'json', 'Asia/Shanghai', orderColumns, { after: ['站9', '2023-12-01 00:00:00+08', '25000'], skip: 0, limit: 500 });
  const explained = (await node.database.cells(`EXPLAIN (ANALYZE, TIMING OFF) ${statement.text}`, statement.values)).flat().join('\n');
  assert.match(explained, /Index (Only )?Scan/);
  assert.match(explained, /Index Cond: \(ROW\(station, at, _row\) > ROW\(/);
  assert.doesNotMatch(explained, /Rows Removed|Sort Key/);
});
