import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import { onBothEngines } from '../../../test/support/database.ts';
import { permitsOf, quota, QuotaBench, refusals } from '../../../test/support/quotas.ts';
import type { Queryable, SqlValue } from '../../storage/database.ts';
import type { QuotaKeeper } from './index.ts';

onBothEngines('calls at one time', (fresh) => {
  const bench = new QuotaBench(fresh);
  const tenAtOnce = [{ holder: 'grant', limit: 10 }] as const;
  const enter = (keepers: readonly QuotaKeeper[], times: number, limit = 10) =>
    Array.from({ length: times }).flatMap(() => keepers.map((keeper) => keeper.enter(bench.holders, [], [{ holder: 'grant', limit }])));

  test('ten of two hundred are let in at two replicas, and the rest told why', async () => {
    const kinds = await refusals(enter([bench.keeper(), bench.keeper()], 100));
    assert.equal(kinds.filter((kind) => kind === null).length, 10);
    assert.equal(kinds.filter((kind) => kind === 'concurrency').length, 190);
  });

  test('never more than ten run while two hundred callers come and go', async () => {
    const keepers = [bench.keeper(), bench.keeper()];
    let running = 0;
    let most = 0;
    let served = 0;
    const caller = async (index: number): Promise<void> => {
      for (let round = 0; round < 5; round += 1) {
        const keeper = keepers[index % 2];
        const [permit] = await permitsOf(keeper === undefined ? [] : enter([keeper], 1));
        if (permit === undefined) {
          bench.monotonic += 1;
          continue;
        }
        running += 1;
        served += 1;
        most = Math.max(most, running);
        for (let turn = 0; turn <= index % 4; turn += 1) await setImmediate();
        running -= 1;
        permit.leave();
      }
    };
    await Promise.all(Array.from({ length: 200 }, (_, index) => caller(index)));
    assert.equal(most, 10);
    assert.ok(served > 10);
    for (const keeper of keepers) await keeper.sweep();
    bench.monotonic += 20;
    assert.equal(await bench.calls(keepers, 20, [], tenAtOnce), 10);
  });

  test('a slot that is left is free for another replica; leaving twice frees one', async () => {
    const [keeper, other] = [bench.keeper(), bench.keeper()];
    const [permit] = await permitsOf(enter([keeper], 20));
    assert.equal(await bench.calls([other], 1, [], tenAtOnce), 0);
    permit?.leave();
    permit?.leave();
    const [again] = await permitsOf(enter([keeper], 2));
    again?.leave();
    await keeper.sweep();
    const [oneMore] = await permitsOf(enter([keeper], 1));
    oneMore?.leave();
    await keeper.sweep();
    assert.ok(again !== undefined && oneMore !== undefined);
    bench.monotonic += 20;
    assert.equal(await bench.calls([other], 5, [], tenAtOnce), 1);
  });

  test('a slot that is being given back is not taken from hand', async () => {
    const gate = Promise.withResolvers<void>();
    const executed = Promise.withResolvers<void>();
    let open = true;
    // Once shut, answers wait at the gate: what the database did is not known here yet.
    const database: Queryable = {
      query: async <R>(sql: string, values?: readonly SqlValue[]) => {
        const rows = await bench.database.query<R>(sql, values);
        if (open) return rows;
        executed.resolve();
        await gate.promise;
        return rows;
      },
    };
    const [keeper, other] = [bench.keeper({ database }), bench.keeper()];
    const [permit] = await permitsOf(enter([keeper], 10));
    open = false;
    permit?.leave();
    await executed.promise;
    const again = enter([keeper], 1);
    const elsewhere = await bench.calls([other], 1, [], tenAtOnce);
    open = true;
    gate.resolve();
    assert.deepEqual([elsewhere, (await permitsOf(again)).length], [1, 0]);
  });

  test("a dead replica's slots are free after 15 s, those of a living one are kept", async () => {
    const [dead, living, other] = [bench.keeper(), bench.keeper(), bench.keeper()];
    assert.equal(await bench.calls([dead], 6, [], tenAtOnce), 6);
    assert.equal(await bench.calls([living], 4, [], tenAtOnce), 4);
    await bench.pass(14_000);
    await living.sweep();
    assert.equal(await bench.calls([other], 20, [], tenAtOnce), 0);
    await bench.pass(1_001);
    assert.equal(await bench.calls([other], 20, [], tenAtOnce), 6);
  });

  test('a replica taken for dead says again what runs, and lets in nothing beyond', async () => {
    const [away, other] = [bench.keeper(), bench.keeper()];
    const running = await permitsOf(enter([away], 6));
    await bench.pass(15_001);
    assert.equal(await bench.calls([other], 20, [], tenAtOnce), 10);
    await away.sweep();
    assert.equal(await bench.calls([away], 1, [], tenAtOnce), 0);
    for (const permit of running) permit.leave();
    await away.sweep();
    bench.monotonic += 20;
    assert.equal(await bench.calls([away], 1, [], tenAtOnce), 0);
  });

  test('refusals do not let the slots of a replica die', async () => {
    const [keeper, other] = [bench.keeper(), bench.keeper()];
    assert.equal(await bench.calls([keeper], 20, [], tenAtOnce), 10);
    for (let second = 0; second < 14; second += 1) {
      await bench.pass(1_000);
      assert.equal(await bench.calls([keeper], 1, [], tenAtOnce), 0);
      await keeper.sweep();
    }
    await bench.pass(1_001);
    assert.equal(await bench.calls([other], 1, [], tenAtOnce), 0);
  });

  test('a lowered limit is felt, and does not end what runs', async () => {
    const [keeper, other] = [bench.keeper(), bench.keeper()];
    const running = await permitsOf(enter([keeper], 6));
    assert.deepEqual(await refusals(enter([keeper, other], 1, 3)), ['concurrency', 'concurrency']);
    await bench.pass(6_000);
    await keeper.sweep();
    assert.equal((await permitsOf(enter([other], 9, 8))).length, 2);
    for (const permit of running.slice(0, 4)) permit.leave();
    await keeper.sweep();
    bench.monotonic += 20;
    assert.equal((await permitsOf(enter([keeper, other], 2, 5))).length, 1);
  });

  test('one slot for each holder, or none', async () => {
    const keeper = bench.keeper();
    const both = [{ holder: 'product', limit: 8 }, { holder: 'grant', limit: 3 }] as const;
    assert.equal(await bench.calls([keeper], 20, [quota(100)], both), 3);
    await keeper.sweep();
    bench.monotonic += 20;
    assert.equal(await bench.calls([keeper], 20, [], [both[0]]), 5);
  });

  test('a replica that ends in order leaves its slots', async () => {
    const [ending, other] = [bench.keeper(), bench.keeper()];
    const [permit] = await permitsOf(enter([ending], 20));
    await ending.close();
    permit?.leave();
    assert.equal(await bench.calls([other], 20, [], tenAtOnce), 10);
  });
});
