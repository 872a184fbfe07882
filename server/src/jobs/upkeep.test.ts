import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callEntry } from '../../test/support/journal.ts';
import { onBothEngines } from '../../test/support/database.ts';
import { systemClock } from '../kernel/clock.ts';
import { ensurePartitions, openWriter, queryJournal } from '../modules/journal/index.ts';
import { ClockWatch } from './clock-watch.ts';
import { startUpkeep } from './upkeep.ts';

const YEAR_MS = 365 * 86_400_000;

onBothEngines('The work of every hour', (fresh) => {
  test('on a node whose clock is a year ahead drops nothing of the journal and closes no day of it', async () => {
    await using place = await fresh();
    const { database } = place;
    await ensurePartitions(database, systemClock);
    const writer = await openWriter(database, systemClock);
    await writer.record(callEntry());
    await writer.close();
    const ahead = { now: () => new Date(Date.now() + YEAR_MS) };
    await startUpkeep(database, ahead, 180, new ClockWatch(database, ahead, () => {}), (step, error) => assert.fail(`${step}: ${String(error)}`)).stop();
    assert.equal((await queryJournal(database, { stream: 'business' })).records.length, 1);
    assert.deepEqual(await database.query('SELECT through FROM usage_closed'), []);
  });
});
