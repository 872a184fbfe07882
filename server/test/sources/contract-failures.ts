import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { DomainError } from '../../src/kernel/errors.ts';
import type { ReadPlan, RowStream, TableName } from '../../src/modules/resources/index.ts';
import { described, failsWith, never, page, planOf, stream, textColumn, type Bench } from './contract.ts';
import { numbered, pagingTable } from './sample.ts';

const revoked = new DomainError('not-granted', 'test.revoked', 'revoked');

export function failureContract(bench: Bench): void {
  describe('failures', () => {
    let plan: ReadPlan;
    before(async () => {
      const table = await described(bench.connection, await bench.harness.put({ ...pagingTable, name: 'failing' }));
      plan = planOf(table, [textColumn('id', 'integer'), textColumn('t')]);
    });

    /** As many streams as the source bears can be opened: nothing was kept. */
    const assertNothingHeld = async (): Promise<void> => {
      const opened: RowStream[] = [];
      for (let n = 0; n < (bench.harness.streams ?? 1); n += 1) opened.push(await bench.connection.openStream(plan, 'cells', never));
      for (const each of opened) each.cancel();
    };

    test('a column that vanished is a changed source', async () => {
      const name: TableName = await bench.harness.put(numbered('vanishing', [{ name: 'a', type: 'text' }, { name: 'b', type: 'text' }], [['1', '2']]));
      const old = planOf(await described(bench.connection, name), [textColumn('a'), textColumn('b')], { order: [{ column: 'a', direction: 'asc' }] });
      assert.deepEqual(await page(bench.connection, old), [['1', '2']]);
      await bench.harness.put(numbered('vanishing', [{ name: 'b', type: 'text' }], [['2']]));
      await assert.rejects(bench.connection.readPage(old, 'json', 1e6, never), failsWith('source-changed'));
      await assert.rejects(bench.connection.readPage(old, 'cells', 1e6, never), failsWith('source-changed'));
      await assert.rejects(stream(bench.connection, old, 'json'), failsWith('source-changed'));
      await assertNothingHeld();
    });

    test('a table that vanished is a changed source', async () => {
      const name = await bench.harness.put(numbered('vanished', [{ name: 'a', type: 'text' }], [['1']]));
      const gone = planOf(await described(bench.connection, name), [textColumn('a')]);
      await bench.harness.drop(name);
      await assert.rejects(bench.connection.readPage(gone, 'json', 1e6, never), failsWith('source-changed'));
      await assert.rejects(bench.connection.count(gone, never), failsWith('source-changed'));
      await assert.rejects(bench.connection.openStream(gone, 'json', never), failsWith('source-changed'));
      await assertNothingHeld();
    });

    test('an abort stops a stream between two batches, and nothing is held', async () => {
      const stop = new AbortController();
      const opened = await bench.connection.openStream(plan, 'json', stop.signal);
      const batches = opened.batches[Symbol.asyncIterator]();
      assert.equal((await batches.next()).done, false);
      stop.abort(revoked);
      await assert.rejects(batches.next(), (error: unknown) => error === revoked);
      opened.cancel();
      await assertNothingHeld();
    });

    test('an abort that carries no reason of ours is an interruption', async () => {
      const stop = new AbortController();
      const opened = await bench.connection.openStream(plan, 'cells', stop.signal);
      stop.abort();
      await assert.rejects(opened.batches[Symbol.asyncIterator]().next(), failsWith('interrupted'));
      for (const work of [bench.connection.readPage(plan, 'json', 1e6, stop.signal), bench.connection.count(plan, stop.signal), bench.connection.openStream(plan, 'json', stop.signal)]) {
        await assert.rejects(work, failsWith('interrupted'));
      }
      await assertNothingHeld();
    });

    test('an aborted stream that nobody began is given back', async () => {
      const stop = new AbortController();
      for (let n = 0; n < (bench.harness.streams ?? 1); n += 1) await bench.connection.openStream(plan, 'json', stop.signal);
      stop.abort(revoked);
      await assertNothingHeld();
    });

    test('a stream that was never begun is given back by cancel, more than once', async () => {
      for (let n = 0; n < 20; n += 1) {
        const opened = await bench.connection.openStream(plan, 'json', never);
        opened.cancel();
        opened.cancel();
      }
      await assertNothingHeld();
    });

    test('a reader that goes away early gives the stream back', async () => {
      for (let n = 0; n < 20; n += 1) {
        const opened = await bench.connection.openStream(plan, 'json', never);
        for await (const batch of opened.batches) {
          assert.ok(batch);
          break;
        }
      }
      await assertNothingHeld();
    });

    test('a stream that was refused holds nothing', async () => {
      for (let n = 0; n < 20; n += 1) await assert.rejects(bench.connection.openStream({ ...plan, limit: 1 }, 'json', never), failsWith('result-too-large'));
      await assertNothingHeld();
      assert.equal((await stream(bench.connection, plan)).length, pagingTable.rows.length);
    });
  });
}
