import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { onBothEngines } from '../../../test/support/database.ts';
import { movedNow, quota, QuotaBench, refusals } from '../../../test/support/quotas.ts';
import { newId } from '../../kernel/ids.ts';
import type { Queryable, SqlValue } from '../../storage/database.ts';
import type { PlanQuota } from '../policy/index.ts';
import { QuotaKeeper } from './index.ts';

/** Every statement is sent, and every answer handed over, when the scheduler says so. */
const scheduled = (database: Queryable, scheduler: fc.Scheduler): Queryable => ({
  query: async <R>(sql: string, values?: readonly SqlValue[]) => {
    await scheduler.schedule(Promise.resolve(), 'send');
    const rows = await database.query<R>(sql, values);
    await scheduler.schedule(Promise.resolve(), 'answer');
    return rows;
  },
});

const step = fc.record({
  replica: fc.constantFrom(0 as const, 1 as const),
  act: fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('call' as const), times: fc.integer({ min: 1, max: 12 }), units: fc.integer({ min: 1, max: 7 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('sweep' as const, 'end' as const, 'kill' as const) }) },
  ),
  pause: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const sum = (counts: readonly number[]): number => counts.reduce((total, units) => total + units, 0);

onBothEngines('quotas under random interleavings', (fresh) => {
  const bench = new QuotaBench(fresh);

  /** Not one that the bench ends: what a failed run left unscheduled would never end. */
  const replicaOn = (database: Queryable): QuotaKeeper =>
    new QuotaKeeper({ database, replica: newId(), monotonic: () => bench.monotonic, databaseNow: movedNow, sweepMs: null, patienceMs: 60_000 });

  async function take(keeper: QuotaKeeper, quotas: readonly PlanQuota[], units: number): Promise<number> {
    const [kind] = await refusals([keeper.enter(bench.holders, quotas, []).then((permit) => permit.reserve(units, 0))]);
    assert.ok(kind === null || kind === 'quota-grant' || kind === 'busy', String(kind));
    return kind === null ? units : 0;
  }

  /** Lets each replica ask for single units until both were refused in a row. */
  async function drain(keepers: readonly QuotaKeeper[], quotas: readonly PlanQuota[]): Promise<number> {
    let got = 0;
    for (let refused = 0; refused < 2; ) {
      bench.monotonic += 300;
      const counts = await Promise.all(keepers.map((keeper) => Promise.all([take(keeper, quotas, 1), take(keeper, quotas, 1)])));
      const round = sum(counts.flat());
      got += round;
      refused = round === 0 ? refused + 1 : 0;
    }
    return got;
  }

  async function play(scheduler: fc.Scheduler, steps: readonly Step[], limit: number): Promise<void> {
    bench.holders = { productId: newId(), grantId: newId() };
    const quotas = [quota(limit, { unit: 'rows' })];
    const database = scheduled(bench.database, scheduler);
    const replicas: [QuotaKeeper, QuotaKeeper] = [replicaOn(database), replicaOn(database)];
    const taken: Promise<number>[] = [];
    const endings: Promise<void>[] = [];
    for (const { replica, act, pause } of steps) {
      const keeper = replicas[replica];
      if (act.kind === 'call') {
        for (let times = 0; times < act.times; times += 1) taken.push(take(keeper, quotas, act.units));
      } else if (act.kind === 'sweep') {
        bench.monotonic += 6_000;
        endings.push(keeper.sweep());
      } else {
        if (act.kind === 'end') endings.push(keeper.close());
        replicas[replica] = replicaOn(database);
      }
      if (!pause) continue;
      await setImmediate();
      if (scheduler.count() > 0) await scheduler.waitNext(1);
    }
    const during = sum(await scheduler.waitFor(Promise.all(taken)));
    await scheduler.waitFor(Promise.all(endings));
    assert.ok(during <= limit, `${during} of ${limit}`);
    const total = during + (await scheduler.waitFor(drain(replicas, quotas)));
    if (steps.some(({ act }) => act.kind === 'kill')) assert.ok(total <= limit, `${total} of ${limit}`);
    else assert.equal(total, limit);
    await scheduler.waitFor(Promise.all(replicas.map((keeper) => keeper.close())));
  }

  test('never more than the limit is taken, and all of it while no replica is killed', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 12 }), fc.integer({ min: 1, max: 200 }), play),
      { numRuns: 60 },
    );
  });
});
