import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { freshPostgres, onBothEngines, type TestDatabase } from '../../../test/support/database.ts';
import { permitsOf, quota, QuotaBench, refusals } from '../../../test/support/quotas.ts';
import { needs } from '../../../test/support/services.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Database, Queryable } from '../../storage/database.ts';
import { openPglite } from '../../storage/pglite.ts';
import { openPostgres } from '../../storage/postgres.ts';
import { usageOf } from './index.ts';

/** Passes everything on and counts the statements. */
function counted(database: Queryable): { database: Queryable; statements: () => number } {
  let statements = 0;
  return {
    statements: () => statements,
    database: {
      query: (sql, values) => {
        statements += 1;
        return database.query(sql, values);
      },
    },
  };
}

/** Another connection to the suite's database; on PGlite, which has one session, another empty database. */
async function another({ url }: TestDatabase): Promise<{ database: Database; remove: () => Promise<void> }> {
  if (url !== undefined) return { database: openPostgres(url, () => {}), remove: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), 'lingqu-test-'));
  return { database: await openPglite(folder, () => {}), remove: () => rm(folder, { recursive: true }) };
}

onBothEngines('quotas', (fresh) => {
  const bench = new QuotaBench(fresh);

  test('a thousand calls are let in of five thousand at two replicas', async () => {
    assert.equal(await bench.calls([bench.keeper(), bench.keeper()], 2_500, [quota(1_000)]), 1_000);
  });

  test('a killed replica loses what it had in hand, and no more', async () => {
    const [killed, other] = [bench.keeper(), bench.keeper()];
    const before = await bench.calls([killed], 10, [quota(1_000)]);
    const { quotas } = await usageOf(bench.database, bench.holders.grantId);
    const lost = (quotas[0]?.leased ?? 0) - before;
    assert.ok(lost > 0 && lost <= 50, `${lost} in hand`);
    assert.equal(before + lost + (await bench.calls([other], 1_000, [quota(1_000)])), 1_000);
  });

  test('a replica that ends in order gives back what it had in hand', async () => {
    const [ending, other] = [bench.keeper(), bench.keeper()];
    const before = await bench.calls([ending], 10, [quota(1_000)]);
    await ending.close();
    assert.equal(before + (await bench.calls([other], 1_000, [quota(1_000)])), 1_000);
    assert.deepEqual(await refusals([ending.enter(bench.holders, [], [])]), ['busy']);
  });

  test('a replica without calls gives back what it had in hand', async () => {
    const [idle, other] = [bench.keeper(), bench.keeper()];
    const before = await bench.calls([idle], 10, [quota(1_000)]);
    await bench.pass(4_000);
    await idle.sweep();
    const meanwhile = await bench.calls([other], 1_000, [quota(1_000)]);
    assert.ok(before + meanwhile < 1_000);
    await bench.pass(1_000);
    await idle.sweep();
    assert.equal(before + meanwhile + (await bench.calls([other], 1_000, [quota(1_000)])), 1_000);
  });

  for (const [kind, given] of [
    ['quota-product', quota(2, { holder: 'product' })],
    ['quota-grant', quota(2)],
    ['quota-daily', quota(2, { per: 'day' })],
    ['quota-rate', quota(2, { per: 'hour', holder: 'product' })],
    ['quota-rate', quota(2, { per: 'minute' })],
  ] as const) {
    test(`${given.per} of the ${given.holder} is refused as ${kind}`, async () => {
      const keeper = bench.keeper();
      const enter = () => keeper.enter(bench.holders, [given], []);
      assert.deepEqual(await refusals([enter(), enter(), enter()]), [null, null, kind]);
      const retryAfterSeconds = { total: null, day: 15 * 3_600 - 30, hour: 3_570, minute: 30 }[given.per];
      await assert.rejects(enter, (error: DomainError) => {
        assert.deepEqual(error.details, { limit: 2, unit: 'calls', per: given.per, retryAfterSeconds });
        return true;
      });
    });
  }

  test('a call that one quota refuses uses up nothing of the others', async () => {
    const keeper = bench.keeper();
    const open = quota(10, { per: 'day' });
    assert.equal(await bench.calls([keeper], 50, [open, quota(3)]), 3);
    assert.equal(await bench.calls([keeper], 50, [open]), 7);
  });

  test('a call without a slot uses up nothing of its quotas', async () => {
    const keeper = bench.keeper();
    assert.equal(await bench.calls([keeper], 50, [quota(10)], [{ holder: 'grant', limit: 4 }]), 4);
    assert.equal(await bench.calls([keeper], 50, [quota(10)]), 6);
  });

  test('rows and bytes are taken together or not at all', async () => {
    const permit = await bench.keeper().enter(bench.holders, [quota(100, { unit: 'rows' }), quota(1_000, { unit: 'bytes' })], []);
    const attempts = [[60, 500], [30, 600], [40, 0], [1, 0], [0, 500], [0, 1]] as const;
    const outcomes: (string | null)[] = [];
    for (const [rows, bytes] of attempts) outcomes.push(...(await refusals([permit.reserve(rows, bytes)])));
    assert.deepEqual(outcomes, [null, 'quota-grant', null, 'quota-grant', null, 'quota-grant']);
  });

  test('chunks at two replicas take every byte and not one more', async () => {
    const quotas = [quota(1_000_003, { unit: 'bytes', holder: 'product', per: 'day' })];
    const permits = await permitsOf([bench.keeper(), bench.keeper()].map((keeper) => keeper.enter(bench.holders, quotas, [])));
    let sent = 0;
    for (const chunk of [64_000, 997, 1]) {
      for (let refused = 0; refused < 2; ) {
        const outcomes = await refusals(permits.map((permit) => permit.reserve(0, chunk)));
        refused = outcomes.filter((kind) => kind === 'quota-daily').length;
        sent += chunk * (2 - refused);
        bench.monotonic += 300;
      }
    }
    assert.equal(sent, 1_000_003);
  });

  test('small requests do not starve a large one that came before', async () => {
    const permit = await bench.keeper().enter(bench.holders, [quota(100, { unit: 'rows' })], []);
    await permit.reserve(1, 0); // and a few in hand
    assert.deepEqual(await refusals([permit.reserve(99, 0), permit.reserve(1, 0)]), [null, 'quota-grant']);
  });

  test('a crowd at one replica leaves something to another', async () => {
    const [crowded, other] = [bench.keeper(), bench.keeper()];
    const crowd = bench.calls([crowded], 2_500, [quota(1_000)]);
    const few = bench.calls([other], 200, [quota(1_000)]);
    assert.equal(await few, 200);
    assert.equal((await crowd) + 200 + (await bench.calls([other], 50, [quota(1_000)])), 1_000); // some lay in its hand
  });

  test('a raised limit is felt at once, a lowered one by what is in hand too', async () => {
    const [keeper, other] = [bench.keeper(), bench.keeper()];
    assert.equal(await bench.calls([keeper, other], 20, [quota(10)]), 10);
    assert.equal(await bench.calls([keeper, other], 20, [quota(15)]), 5);
    assert.equal(await bench.calls([keeper, other], 1, [quota(1_000)]), 2);
    for (const limit of [17, 5, 17]) assert.equal(await bench.calls([keeper, other], 1, [quota(limit)]), 0);
    const { quotas } = await usageOf(bench.database, bench.holders.grantId);
    assert.equal(quotas[0]?.leased, 17);
    assert.equal(await bench.calls([keeper, other], 20, [quota(20)]), 3);
  });

  test('a limit of nothing lets nothing in', async () => {
    assert.equal(await bench.calls([bench.keeper()], 3, [quota(0)]), 0);
  });

  test('callers at once share a trip, and refusals are answered from memory', async () => {
    const { database, statements } = counted(bench.database);
    const keeper = bench.keeper({ database });
    assert.equal(await bench.calls([keeper], 1_000, [quota(10_000)]), 1_000);
    assert.equal(statements(), 1);
    await bench.calls([keeper], 10_000, [quota(10_000)]);
    const before = statements();
    for (let times = 0; times < 100; times += 1) assert.equal(await bench.calls([keeper], 10, [quota(10_000)]), 0);
    assert.equal(statements(), before);
    bench.monotonic += 250;
    assert.equal(await bench.calls([keeper], 10, [quota(10_000)]), 0);
    assert.equal(statements(), before + 1);
  });

  test('without a database: free calls and units in hand pass, all else is busy', async () => {
    const { database, remove } = await another(bench.opened);
    const keeper = bench.keeper({ database });
    const owner = bench.keeper();
    if (bench.opened.url !== undefined) assert.equal(await bench.calls([keeper], 1, [quota(100)]), 1);
    await database.close();
    assert.equal(await bench.calls([keeper], 10, []), 10);
    if (bench.opened.url !== undefined) assert.equal(await bench.calls([keeper], 10, [quota(100)]), 4);
    const other = quota(100, { holder: 'product' });
    assert.deepEqual(await refusals([keeper.enter(bench.holders, [other], [])]), ['busy']);
    assert.deepEqual(await refusals([keeper.enter(bench.holders, [], [{ holder: 'grant', limit: 5 }])]), ['busy']);
    assert.equal(await bench.calls([owner], 1, [other], [{ holder: 'grant', limit: 5 }]), 1);
    await remove();
  });

  test('usage tells what is leased in the present windows', async () => {
    const keeper = bench.keeper();
    const quotas = [quota(5, { per: 'minute' }), quota(1_000, { per: 'day', unit: 'rows' })];
    const permit = await keeper.enter(bench.holders, quotas, [{ holder: 'grant', limit: 5 }]);
    await permit.reserve(700, 0);
    const { quotas: leased, running } = await usageOf(bench.database, bench.holders.grantId);
    assert.equal(running, 0, 'the slot is of a time that is long past for the real clock');
    assert.deepEqual(leased, []);
    await bench.database.query('UPDATE moved_clock SET at = now()');
    const now = bench.keeper();
    await now.enter(bench.holders, quotas, [{ holder: 'grant', limit: 5 }]).then((other) => other.reserve(700, 0));
    const usage = await usageOf(bench.database, bench.holders.grantId);
    assert.equal(usage.running, 1);
    assert.deepEqual(usage.quotas.map(({ per, unit, leased: units }) => [per, unit, units]).slice(-1), [['day', 'rows', 700]]);
    const day = usage.quotas.at(-1);
    assert.equal(day?.windowStart.toISOString().slice(11), '16:00:00.000Z');
    assert.equal((day?.windowEnd?.getTime() ?? 0) - (day?.windowStart.getTime() ?? 0), 86_400_000);
  });
});

describe('quotas on PostgreSQL, with connections of their own', needs('postgres'), () => {
  const bench = new QuotaBench(freshPostgres);

  test('who waits too long for the database is told that the node is busy', async () => {
    const keeper = bench.keeper({ patienceMs: 20 });
    await bench.calls([bench.keeper()], 1, [quota(10)]);
    await bench.database.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM quota_usage WHERE holder_id = $1 FOR UPDATE', [bench.holders.grantId]);
      assert.deepEqual(await refusals([keeper.enter(bench.holders, [quota(10)], [])]), ['busy']);
      assert.deepEqual(await refusals([keeper.enter(bench.holders, [quota(10)], [])]), ['busy']);
    });
    await keeper.close();
    assert.equal(await bench.calls([bench.keeper()], 20, [quota(10)]), 9);
  });

  test('replicas on connections of their own, one killed midway', async () => {
    const url = bench.opened.url ?? '';
    const databases = [openPostgres(url, () => {}), openPostgres(url, () => {})];
    const [killed, other] = databases.map((database) => bench.keeper({ database }));
    assert.ok(killed !== undefined && other !== undefined);
    const attempts = Array.from({ length: 2_500 }).flatMap(() => [killed, other].map((keeper) => keeper.enter(bench.holders, [quota(1_000)], [])));
    const outcomes = refusals(attempts);
    await attempts[0];
    await databases[0]?.close();
    const allowed = (await outcomes).filter((kind) => kind === null).length + (await bench.calls([other], 1_000, [quota(1_000)]));
    assert.ok(allowed > 0 && allowed <= 1_000, `${allowed} allowed`);
    await databases[1]?.close();
  });

  test('days are those of Asia/Shanghai whatever the zone of the session', async () => {
    const url = new URL(bench.opened.url ?? '');
    url.searchParams.set('options', '-c TimeZone=America/St_Johns');
    const database = openPostgres(url.href, () => {});
    const keeper = bench.keeper({ database });
    for (const [time, more] of [['15:59:59', 10], ['16:00:00', 10], ['23:59:59', 0]] as const) {
      await bench.setTime(`2026-07-02T${time}Z`);
      bench.monotonic += 12 * 3_600_000;
      assert.equal(await bench.calls([keeper], 20, [quota(10, { per: 'day' })]), more, time);
    }
    await keeper.close();
    await database.close();
  });
});
