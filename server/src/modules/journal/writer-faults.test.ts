import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock } from '../../kernel/clock.ts';
import type { Database } from '../../storage/database.ts';
import { openPostgres } from '../../storage/postgres.ts';
import { freshPostgres } from '../../../test/support/database.ts';
import { callEntry } from '../../../test/support/journal.ts';
import { needs } from '../../../test/support/services.ts';
import { severingProxy } from '../../../test/support/severing-proxy.ts';
import { ensurePartitions, openWriter } from './index.ts';

const places = async (database: Database, writer: string): Promise<string[]> =>
  (await database.query<{ place: string }>("SELECT sequence || ' ' || request_id AS place FROM journal WHERE writer = $1 ORDER BY epoch, sequence", [writer])).map((row) => row.place);

describe('The journal writer over a failing wire', needs('postgres'), () => {
  for (const fate of ['sever', 'swallow'] as const) {
    test(`a batch whose commit is unknown is found, not written twice: ${fate}`, async () => {
      await using place = await freshPostgres();
      await ensurePartitions(place.database, systemClock);
      await using proxy = await severingProxy(place.url ?? '');
      const database = openPostgres(proxy.url, () => {});
      const writer = await openWriter(database, systemClock, { attempt: 300, pauses: [1, 1, 1] });
      const asked: string[] = [];
      for (const round of [1, 2, 3]) {
        proxy.onCopyDone(fate);
        const entries = Array.from({ length: 5 }, () => callEntry());
        await Promise.all(entries.map((entry) => writer.record(entry)));
        asked.push(...entries.map((entry) => entry.requestId));
        assert.equal(proxy.met, round);
      }
      await writer.close();
      assert.deepEqual(await places(place.database, writer.writer), asked.map((id, index) => `${index + 1} ${id}`));
      await proxy[Symbol.asyncDispose]();
      await database.close();
    });
  }

  test('connections that are killed under load cost no record and double none', async () => {
    await using place = await freshPostgres();
    const { database } = place;
    await ensurePartitions(database, systemClock);
    await using killer = { database: openPostgres(place.url ?? '', () => {}, 1), [Symbol.asyncDispose]: () => killer.database.close() };
    const writer = await openWriter(database, systemClock, { pauses: [1, 10, 100, 1_000] });
    const acknowledged: string[] = [];
    const load = new AbortController();
    const caller = async (): Promise<void> => {
      while (!load.signal.aborted) {
        const entry = callEntry();
        await writer.record(entry);
        acknowledged.push(entry.requestId);
      }
    };
    const callers = Array.from({ length: 16 }, caller);
    for (let kill = 0; kill < 20; kill += 1) {
      await killer.database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
      const seen = acknowledged.length;
      while (acknowledged.length < seen + 50) await new Promise((resolve) => setImmediate(resolve));
    }
    load.abort();
    await Promise.all(callers);
    await writer.close();
    const written = await places(database, writer.writer);
    assert.deepEqual(written.map((text) => Number(text.split(' ')[0])), written.map((_, index) => index + 1));
    assert.deepEqual(written.map((text) => text.split(' ')[1] ?? '').toSorted(), acknowledged.toSorted());
  });
});
