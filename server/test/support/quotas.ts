import { after, before, beforeEach } from 'node:test';
import { DomainError } from '../../src/kernel/errors.ts';
import { newId } from '../../src/kernel/ids.ts';
import type { ConcurrencyLimit, Holders, Permit, QuotaKeeperOptions } from '../../src/modules/quotas/index.ts';
import { QuotaKeeper } from '../../src/modules/quotas/index.ts';
import type { PlanQuota } from '../../src/modules/policy/index.ts';
import type { Database } from '../../src/storage/database.ts';
import type { TestDatabase } from './database.ts';

/** SQL for the database's time in these tests: a row that the test moves. */
export const movedNow = '(SELECT at FROM moved_clock)';

export const quota = (limit: number, rest: Partial<PlanQuota> = {}): PlanQuota => ({ holder: 'grant', per: 'total', unit: 'calls', limit, ...rest });

/** The kinds of refusals, or null for what was let in. */
export async function refusals(attempts: readonly Promise<unknown>[]): Promise<(string | null)[]> {
  const settled = await Promise.allSettled(attempts);
  return settled.map((outcome) => {
    if (outcome.status === 'fulfilled') return null;
    if (outcome.reason instanceof DomainError) return outcome.reason.kind;
    throw outcome.reason;
  });
}

export const permitsOf = async (attempts: readonly Promise<Permit>[]): Promise<Permit[]> =>
  (await Promise.allSettled(attempts)).flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));

/** A database, a clock that moves on both sides at once, and replicas' keepers that end with the test. */
export class QuotaBench {
  readonly #fresh: () => Promise<TestDatabase>;
  readonly #keepers: QuotaKeeper[] = [];
  #opened: TestDatabase | undefined;
  /** Milliseconds of the replicas' own clocks; not those of the database. */
  monotonic = 1_000_000;
  holders: Holders = { productId: '', grantId: '' };

  /** Declares the hooks of the suite that it is made in. */
  constructor(fresh: () => Promise<TestDatabase>) {
    this.#fresh = fresh;
    before(() => this.#open());
    after(async () => {
      await Promise.all(this.#keepers.map((keeper) => keeper.close()));
      await this.#opened?.[Symbol.asyncDispose]();
    });
    beforeEach(async () => {
      this.holders = { productId: newId(), grantId: newId() };
      await this.setTime('2026-03-02T01:00:30Z');
    });
  }

  get opened(): TestDatabase {
    if (this.#opened === undefined) throw new TypeError('the suite has not begun');
    return this.#opened;
  }

  get database(): Database {
    return this.opened.database;
  }

  keeper(options: Partial<QuotaKeeperOptions> = {}): QuotaKeeper {
    const keeper = new QuotaKeeper({ database: this.database, replica: newId(), monotonic: () => this.monotonic, databaseNow: movedNow, sweepMs: null, ...options });
    this.#keepers.push(keeper);
    return keeper;
  }

  async setTime(at: string): Promise<void> {
    await this.database.query('UPDATE moved_clock SET at = $1', [at]);
  }

  /** Lets time pass for the database and for every replica. */
  async pass(ms: number): Promise<void> {
    this.monotonic += ms;
    await this.database.query(`UPDATE moved_clock SET at = at + $1::float8 * interval '1 ms'`, [ms]);
  }

  /** Tries as many calls at once at each keeper in turn; answers how many were let in. */
  async calls(keepers: readonly QuotaKeeper[], times: number, quotas: readonly PlanQuota[], concurrency: readonly ConcurrencyLimit[] = []): Promise<number> {
    const attempts = Array.from({ length: times }).flatMap(() => keepers.map((keeper) => keeper.enter(this.holders, quotas, concurrency)));
    return (await refusals(attempts)).filter((kind) => kind === null).length;
  }

  async #open(): Promise<void> {
    this.#opened = await this.#fresh();
    await this.database.query('CREATE TABLE moved_clock (at timestamptz NOT NULL)');
    await this.database.query('INSERT INTO moved_clock VALUES (now())');
  }
}
