import assert from 'node:assert/strict';
import { it } from 'node:test';
import { freshPglite, onBothEngines } from '../../test/support/database.ts';
import type { Transaction } from './database.ts';

onBothEngines('bulk loading', (fresh) => {
  it('appends text cells as what their columns are, batch after batch, all or nothing', async () => {
    await using bench = await fresh();
    const { database } = bench;
    await database.query('CREATE TABLE loaded (id integer, at timestamptz, name text, exact numeric(10, 2))');
    const columns = ['id', 'at', 'name', 'exact'];
    await database.append('loaded', columns, [['1', '2026-01-01 00:00:00+08', 'a\tb\\', '1.5'], ['2', null, null, null]]);
    await assert.rejects(database.append('loaded', columns, [['3', null, 'c', null], ['no number', null, 'd', null]]));
    await database.append('loaded', columns, [['4', null, '', '-0.01']]);
    assert.deepEqual(await database.cells('SELECT id, name, exact FROM loaded ORDER BY id', []), [['1', 'a\tb\\', '1.50'], ['2', null, null], ['4', '', '-0.01']]);
  });
});

it('the embedded database is asked for a table’s columns once, and anew after a failure', async () => {
  await using bench = await freshPglite();
  const { database } = bench;
  await database.query('CREATE TABLE loaded (id integer)');
  const asked: string[] = [];
  const told: Transaction = { inTransaction: true, query: (sql, values) => (asked.push(sql.trimStart().split(' ', 1)[0] ?? ''), database.query(sql, values)) };
  for (const id of ['1', '2', '3']) await database.append('loaded', ['id'], [[id]], told);
  assert.deepEqual(asked, ['SELECT', 'INSERT', 'INSERT', 'INSERT']);
  await database.query('ALTER TABLE loaded ALTER COLUMN id TYPE text');
  await assert.rejects(database.append('loaded', ['id'], [['four']], told));
  await database.append('loaded', ['id'], [['four']], told);
});
