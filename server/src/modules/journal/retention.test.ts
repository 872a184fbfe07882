import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Database } from '../../storage/database.ts';
import { openPostgres } from '../../storage/postgres.ts';
import { freshPostgres, onBothEngines, type TestDatabase } from '../../../test/support/database.ts';
import { callEntry, emptyJournal } from '../../../test/support/journal.ts';
import { needs } from '../../../test/support/services.ts';
import { closeDays, dropExpired, ensurePartitions, openWriter, queryJournal, usage } from './index.ts';
import { monthOf } from './months.ts';
import { makePartitions } from './store.ts';

const clockAt = (time: string): { now(): Date } => ({ now: () => new Date(time) });
const timeAt = (time: string) => async () => new Date(time);

const partitions = async (database: Database): Promise<string[]> =>
  (await database.query<{ name: string }>("SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'journal'::regclass ORDER BY 1")).map((row) => row.name);

/** A call at a time, from a writer whose clock shows it. */
async function callAt(database: Database, time: string): Promise<void> {
  const writer = await openWriter(database, clockAt(time));
  await writer.record(callEntry());
  await writer.close();
}

onBothEngines('Partitions of the journal', (fresh) => {
  let place: TestDatabase;
  let database: Database;
  before(async () => {
    place = await fresh();
    database = place.database;
  });
  beforeEach(() => emptyJournal(database));
  after(() => place[Symbol.asyncDispose]());

  test('are made for this month and the next of Asia/Shanghai, once', async () => {
    const now = clockAt('2026-12-31T16:00:00Z'); // 1 January 2027 in Shanghai
    const made = await Promise.all([ensurePartitions(database, now), ensurePartitions(database, now)]);
    assert.deepEqual(made.flat(), ['journal_2027_01', 'journal_2027_02']);
    assert.deepEqual(await ensurePartitions(database, now), []);
    await callAt(database, '2026-12-31T16:00:00Z');
    await callAt(database, '2027-02-28T15:59:59.999Z');
    const rows = await database.query<{ name: string }>("SELECT tableoid::regclass::text AS name FROM journal WHERE stream = 'business' ORDER BY at");
    assert.deepEqual(rows.map((row) => row.name), ['journal_2027_01', 'journal_2027_02']);
  });

  test('go as a whole when all their days are older than the term, their usage stays, and it is journalled', async () => {
    for (const time of ['2026-01-10T02:00:00Z', '2026-01-31T15:59:59Z', '2026-01-31T16:00:00Z', '2026-02-10T02:00:00Z']) await callAt(database, time);
    const days = { from: '2026-01-01', to: '2026-12-31' };
    const sums = await usage(database, days, { limit: 100 });
    // 31 January is the 180th day before 30 July
    assert.deepEqual(await dropExpired(database, 180, timeAt('2026-07-30T15:00:00Z')), []);
    assert.deepEqual(await dropExpired(database, 180, timeAt('2026-07-30T17:00:00Z')), [{ partition: 'journal_2026_01', records: 2 }]);
    assert.ok(!(await partitions(database)).includes('journal_2026_01'));
    assert.deepEqual(await usage(database, days, { limit: 100 }), sums);
    assert.deepEqual(await dropExpired(database, 180, timeAt('2026-07-30T17:00:00Z')), []);
    const { records } = await queryJournal(database, { stream: 'system' });
    const [drop] = records.filter(({ event }) => event === 'journal.partition.drop');
    assert.deepEqual(JSON.parse(drop?.details ?? ''), { partition: 'journal_2026_01', from: '2026-01-01', to: '2026-01-31', records: 2, retentionDays: 180 });
  });

  test('a record that came late to a closed day is in the sums when its partition goes', async () => {
    await callAt(database, '2026-01-10T02:00:00Z');
    await closeDays(database, timeAt('2026-03-01T02:00:00Z'));
    await callAt(database, '2026-01-10T03:00:00Z');
    await dropExpired(database, 180, timeAt('2026-12-01T00:00:00Z'));
    assert.deepEqual((await usage(database, { from: '2026-01-10', to: '2026-01-10' }, { limit: 100 })).map((sum) => sum.calls), [2]);
  });

  test('empty months go too', async () => {
    await database.transaction((tx) => makePartitions(tx, [monthOf(new Date('2020-05-05T00:00:00Z'))]));
    assert.deepEqual(await dropExpired(database, 180, timeAt('2026-12-01T00:00:00Z')), [{ partition: 'journal_2020_05', records: 0 }]);
  });

  test('a term under 180 days is refused', async () => {
    for (const days of [179, 0, -1, 180.5, Number.NaN, 40_000]) {
      await assert.rejects(dropExpired(database, days, timeAt('2026-12-01T00:00:00Z')), { kind: 'invalid-definition', code: 'journal.retention.range' });
    }
  });
});

test('Replicas drop and write at once: nothing is dropped twice, no one is locked out', needs('postgres'), async () => {
  await using place = await freshPostgres();
  const other = openPostgres(place.url ?? '', () => {});
  for (const month of [1, 2, 3]) await callAt(place.database, `2026-0${month}-10T02:00:00Z`);
  const now = clockAt('2026-12-01T02:00:00Z');
  const writer = await openWriter(other, now);
  const work = [
    dropExpired(place.database, 180, async () => now.now()),
    dropExpired(other, 180, async () => now.now()),
    ensurePartitions(place.database, now).then(() => []),
    ...Array.from({ length: 50 }, () => writer.record(callEntry()).then(() => [])),
  ];
  const dropped = (await Promise.all(work)).flat();
  assert.deepEqual(dropped.map(({ partition }) => partition).toSorted(), ['journal_2026_01', 'journal_2026_02', 'journal_2026_03']);
  await writer.close();
  await other.close();
});
