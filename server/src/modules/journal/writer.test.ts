import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../kernel/clock.ts';
import { onBothEngines } from '../../../test/support/database.ts';
import { callEntry } from '../../../test/support/journal.ts';
import { digestOf, ensurePartitions, openWriter } from './index.ts';
import { recordOfRow, type JournalRow } from './record.ts';

onBothEngines('The journal writer', (fresh) => {
  test('writes each record once, in sequence from 1, before it says so', async () => {
    await using place = await fresh();
    const { database } = place;
    await ensurePartitions(database, systemClock);
    const writer = await openWriter(database, systemClock, { batch: 7 });
    await writer.record(callEntry({ requestId: 'first-one' }));
    const [seen] = await database.query<{ n: number }>("SELECT count(*) AS n FROM journal WHERE request_id = 'first-one'");
    assert.equal(seen?.n, 1);
    await Promise.all(Array.from({ length: 50 }, () => writer.record(callEntry())));
    const rows = await database.query<JournalRow>('SELECT * FROM journal WHERE writer = $1 ORDER BY epoch, sequence', [writer.writer]);
    assert.deepEqual(rows.map((row) => row.sequence), Array.from({ length: 51 }, (_, index) => index + 1));
    for (const record of rows.map(recordOfRow)) assert.equal(digestOf(record), record.digest);
    await writer.close();
    const [note] = await database.query<{ sequence: number; closed: boolean }>('SELECT sequence, closed_at IS NOT NULL AS closed FROM journal_writers WHERE writer = $1', [writer.writer]);
    assert.deepEqual(note, { sequence: 51, closed: true });
  });
});
