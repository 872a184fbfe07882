import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onBothEngines } from '../../../test/support/database.ts';
import { quota, QuotaBench, refusals } from '../../../test/support/quotas.ts';
import type { Queryable } from '../../storage/database.ts';

onBothEngines('windows of quotas', (fresh) => {
  const bench = new QuotaBench(fresh);

  /** Two replicas that use up the quota, then again in what may be a new window. */
  async function spendTwice(per: 'minute' | 'hour' | 'day' | 'total', from: string, ms: number): Promise<readonly [number, number]> {
    await bench.setTime(from);
    const keepers = [bench.keeper(), bench.keeper()];
    const before = await bench.calls(keepers, 30, [quota(40, { per })]);
    await bench.pass(ms);
    return [before, await bench.calls(keepers, 30, [quota(40, { per })])];
  }

  for (const [per, from, ms, after] of [
    ['minute', '2026-03-02T01:00:30Z', 29_999, 0],
    ['minute', '2026-03-02T01:00:30Z', 30_000, 40],
    ['hour', '2026-03-02T01:59:59Z', 999, 0],
    ['hour', '2026-03-02T01:59:59Z', 1_000, 40],
    // A day begins at 16:00 UTC, which is 00:00 in Asia/Shanghai, and not at 00:00 UTC.
    ['day', '2026-03-02T15:59:50Z', 9_999, 0],
    ['day', '2026-03-02T15:59:50Z', 10_000, 40],
    ['day', '2026-03-02T23:59:50Z', 20_000, 0],
    ['total', '2026-03-02T01:00:00Z', 400 * 86_400_000, 0],
  ] as const) {
    test(`${per}: ${ms} ms after ${from}, ${after} more calls of 40`, async () => {
      assert.deepEqual(await spendTwice(per, from, ms), [40, after]);
    });
  }

  test('what is in hand at the end of a window is not spent in the next', async () => {
    const [keeper, other] = [bench.keeper(), bench.keeper()];
    const quotas = [quota(1_000, { per: 'minute' })];
    assert.equal(await bench.calls([keeper], 1, quotas), 1); // and tens in hand
    await bench.pass(60_000);
    assert.equal((await bench.calls([other], 1_000, quotas)) + (await bench.calls([keeper], 1_000, quotas)), 1_000);
    await bench.pass(60_000);
    assert.equal(await bench.calls([keeper, other], 1_000, quotas), 1_000);
  });

  test('a replica whose own clock is ahead asks again and loses nothing', async () => {
    const keeper = bench.keeper();
    const quotas = [quota(100, { per: 'minute' })];
    assert.equal(await bench.calls([keeper], 1, quotas), 1);
    bench.monotonic += 60_000;
    assert.equal(await bench.calls([keeper], 200, quotas), 99);
  });

  test('a database clock that steps back opens no old window again', async () => {
    const [keeper, other] = [bench.keeper(), bench.keeper()];
    const quotas = [quota(100, { per: 'minute' })];
    await bench.setTime('2026-03-02T01:00:59Z');
    assert.equal(await bench.calls([keeper], 200, quotas), 100);
    await bench.setTime('2026-03-02T01:01:01Z');
    assert.equal(await bench.calls([other], 60, quotas), 60);
    await bench.setTime('2026-03-02T01:00:59Z');
    bench.monotonic += 3_000;
    const back = await bench.calls([keeper, other], 10, quotas);
    await bench.setTime('2026-03-02T01:01:01Z');
    bench.monotonic += 3_000;
    const forth = await bench.calls([keeper, other], 200, quotas);
    assert.equal(60 + back + forth, 100);
  });

  test('units put back after their window do not count in the next', async () => {
    const gate = Promise.withResolvers<void>();
    // Statements about the total wait at the gate, those about minutes do not.
    const database: Queryable = {
      query: async (sql, values) => {
        if (values?.[1] === 'total') await gate.promise;
        return bench.database.query(sql, values);
      },
    };
    const keeper = bench.keeper({ database });
    const minute = quota(1_000, { per: 'minute' });
    assert.equal(await bench.calls([bench.keeper()], 2, [quota(1)]), 1);
    assert.equal(await bench.calls([keeper], 1, [minute]), 1);
    const late = refusals([keeper.enter(bench.holders, [minute, quota(1)], [])]);
    await bench.pass(60_000);
    assert.equal(await bench.calls([keeper], 2_000, [minute]), 1_000);
    gate.resolve();
    assert.deepEqual(await late, ['quota-grant']);
    assert.equal(await bench.calls([keeper], 1, [minute]), 0);
  });
});
