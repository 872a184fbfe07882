import type { Clock } from '../kernel/clock.ts';
import type { Queryable } from '../storage/database.ts';

/** How far the two clocks may be apart before it is told. */
const TOLERATED_MS = 5_000;

/**
 * Holds the node's clock against the database's, which all replicas share: validity of rights and the window of signatures
 * stand on the one, quotas and leases on the other.
 */
export class ClockWatch {
  readonly #database: Queryable;
  readonly #clock: Clock;
  readonly #onSkew: (aheadMs: number) => void;
  #aheadMs = 0;

  constructor(database: Queryable, clock: Clock, onSkew: (aheadMs: number) => void) {
    this.#database = database;
    this.#clock = clock;
    this.#onSkew = onSkew;
  }

  /** How far the node's clock was ahead of the database's at the last look, in milliseconds; behind is negative. 0 where the way there may explain it. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  get skewed(): boolean {
    return Math.abs(this.#aheadMs) > TOLERATED_MS;
  }

  async look(): Promise<void> {
    const asked = this.#clock.now().getTime();
    const [row] = await this.#database.query<{ at: number }>('SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::int8 AS at');
    const answered = this.#clock.now().getTime();
    const there = row?.at ?? asked;
    this.#aheadMs = there < asked ? asked - there : Math.min(0, answered - there);
    if (this.skewed) this.#onSkew(this.#aheadMs);
  }
}
