import assert from 'node:assert/strict';
import { it } from 'node:test';
import { onBothEngines } from '../../test/support/database.ts';
import { ClockWatch } from './clock-watch.ts';

onBothEngines('the clock beside the database’s', (fresh) => {
  it('is told when it is more than 5 s ahead or behind, and not when it is right', async () => {
    await using bench = await fresh();
    let byMs = 0;
    const told: number[] = [];
    const watch = new ClockWatch(bench.database, { now: () => new Date(Date.now() + byMs) }, (aheadMs) => told.push(Math.round(aheadMs / 1000)));
    for (const seconds of [0, 4, -4, 60, -60, 0]) {
      byMs = seconds * 1000;
      await watch.look();
      assert.equal(watch.skewed, Math.abs(seconds) > 5, `${seconds} s: ${watch.aheadMs} ms`);
    }
    assert.deepEqual(told, [60, -60]);
    assert.equal(watch.aheadMs, 0);
  });

  it('a slow way to the database is no fault of the clock', async () => {
    await using bench = await fresh();
    let now = Date.now() - 30_000; // asked half a minute ago, answered in half a minute
    const watch = new ClockWatch(bench.database, { now: () => new Date((now += 60_000) - 60_000) }, () => assert.fail('told'));
    await watch.look();
    assert.equal(watch.aheadMs, 0);
  });
});
