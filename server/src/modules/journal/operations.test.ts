import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { systemClock } from '../../kernel/clock.ts';
import { openPostgres } from '../../storage/postgres.ts';
import { freshPostgres, onBothEngines, type TestDatabase } from '../../../test/support/database.ts';
import { emptyJournal } from '../../../test/support/journal.ts';
import { needs } from '../../../test/support/services.ts';
import { ensurePartitions, exportJournal, recordOperation, recordSystem, type EventEntry, type JournalRecord } from './index.ts';
import { digestOf } from './record.ts';
import type { Database } from '../../storage/database.ts';

const action = (event: string): EventEntry => ({ event, actor: '管理员', result: 'done', address: '127.0.0.1', details: '{}' });

async function shared(database: Database): Promise<JournalRecord[]> {
  const records: JournalRecord[] = [];
  for await (const page of exportJournal(database, {})) records.push(...page);
  return records.filter((record) => record.epoch === 0).toSorted((a, b) => a.sequence - b.sequence);
}

const gapless = (records: readonly JournalRecord[]): void =>
  assert.deepEqual(records.map((record) => record.sequence), records.map((_, index) => index + 1));

onBothEngines('Management actions', (fresh) => {
  let place: TestDatabase;
  let database: Database;
  before(async () => {
    place = await fresh();
    database = place.database;
  });
  beforeEach(() => emptyJournal(database));
  after(() => place[Symbol.asyncDispose]());

  test('are journalled with their change or not at all, without a gap', async () => {
    await ensurePartitions(database, systemClock); // itself the first record
    await database.transaction((tx) => recordOperation(tx, action('one')));
    const rolledBack = database.transaction(async (tx) => {
      await recordOperation(tx, action('lost'));
      await tx.query('SELECT 1 / 0');
    });
    await assert.rejects(rolledBack, /division by zero/);
    await database.transaction(async (tx) => {
      await recordOperation(tx, action('two'));
      await recordSystem(tx, { ...action('three'), actor: 'node' });
    });
    const records = await shared(database);
    gapless(records);
    assert.deepEqual(records.map(({ event, stream }) => `${stream} ${event}`), ['system journal.partition.make', 'operation one', 'operation two', 'system three']);
    for (const record of records) assert.equal(digestOf(record), record.digest);
  });

  test('make a missing partition, and take it back with a rolled back change', async () => {
    await assert.rejects(database.transaction(async (tx) => {
      await recordOperation(tx, action('lost'));
      await tx.query('SELECT 1 / 0');
    }));
    await database.transaction((tx) => recordOperation(tx, action('kept')));
    assert.deepEqual((await shared(database)).map(({ event }) => event), ['kept']);
  });

  test('a wrong number is refused and the change with it', async () => {
    await assert.rejects(database.transaction((tx) => recordOperation(tx, { ...action('x'), rows: 0.5 })), { code: 'journal.entry.number' });
  });
});

test('Management actions of two replicas at once leave no gap', needs('postgres'), async () => {
  await using place = await freshPostgres();
  const other = openPostgres(place.url ?? '', () => {});
  await Promise.all([ensurePartitions(place.database, systemClock), ensurePartitions(other, systemClock)]);
  const change = (database: Database, index: number): Promise<void> =>
    database.transaction(async (tx) => {
      await recordOperation(tx, action(`change ${index}`));
      if (index % 3 === 0) await tx.query('SELECT 1 / 0');
    });
  const results = await Promise.allSettled(Array.from({ length: 60 }, (_, index) => change(index % 2 === 0 ? place.database : other, index)));
  assert.equal(results.filter((result) => result.status === 'fulfilled').length, 40);
  const records = await shared(place.database);
  gapless(records);
  assert.equal(records.filter((record) => record.stream === 'operation').length, 40);
  await other.close();
});
