import { notCountable } from './errors.ts';
import { Lease } from './lease.ts';
import type { ConcurrencyLimit, Holders, Permit, PlanQuota, QuotaPeriod, QuotaUnit } from './model.ts';
import { Slots } from './slots.ts';
import { QuotaStore } from './store.ts';
import type { Queryable } from '../../storage/database.ts';

/** Leases that were not used for so long are given back, so that other replicas may spend them. */
const idleMs = 5_000;
const everySecond = 1_000;

const periodIndex: Readonly<Record<QuotaPeriod, number>> = { minute: 0, hour: 3, day: 6, total: 9 };
const unitIndex: Readonly<Record<QuotaUnit, number>> = { calls: 0, rows: 1, bytes: 2 };

export interface QuotaKeeperOptions {
  /** The node's own database, outside any transaction. */
  readonly database: Queryable;
  /** This start of this replica: a new UUID each time. */
  readonly replica: string;
  /** Milliseconds that never step back. */
  readonly monotonic?: () => number;
  /** SQL for the database's time; ours, never a caller's. Default `now()`. */
  readonly databaseNow?: string;
  /** How long callers wait for the database before they are told that the node is busy. */
  readonly patienceMs?: number;
  /** How often it sweeps; null: only when told to. Default every second. */
  readonly sweepMs?: number | null;
}

/** What this replica has in hand of one holder: a lease for each period and unit in use. */
interface Hand {
  readonly leases: (Lease | undefined)[];
  slots: Slots | undefined;
}

type Needs = Readonly<Record<QuotaUnit, number>>;

interface Taken {
  readonly lease: Lease;
  readonly window: number;
  readonly units: number;
}

/**
 * Counts calls, rows and bytes against their quotas, and calls at one time; exact over all replicas (design: the hot
 * path). One for each replica. What was leased ahead is handed out without I/O.
 */
export class QuotaKeeper {
  readonly #store: QuotaStore;
  readonly #replica: string;
  readonly #monotonic: () => number;
  readonly #patienceMs: number;
  readonly #hands = new Map<string, Hand>();
  readonly #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: QuotaKeeperOptions) {
    this.#store = new QuotaStore(options.database, options.databaseNow);
    this.#replica = options.replica;
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#patienceMs = options.patienceMs ?? 5_000;
    const { sweepMs = everySecond } = options;
    if (sweepMs !== null) this.#timer = setInterval(() => void this.sweep(), sweepMs).unref();
  }

  /**
   * Takes one call from every quota of calls, and one slot under every limit of concurrency; all or nothing. There
   * is one quota at most for each holder, period and unit: the policy sees to it.
   * Throws DomainError: `quota-product`, `quota-grant`, `quota-daily`, `quota-rate` (details: limit, unit, per,
   * retryAfterSeconds), `concurrency`, and `busy` when it cannot be counted.
   */
  enter(holders: Holders, quotas: readonly PlanQuota[], concurrency: readonly ConcurrencyLimit[]): Promise<Permit> {
    if (this.#closed) return Promise.reject(notCountable());
    const met = this.#takeInHand(holders, quotas, oneCall);
    if (met === quotas.length && concurrency.length === 0) return Promise.resolve(this.#permit(holders, quotas, []));
    return this.#enterSlowly(holders, quotas, concurrency, met);
  }

  /** Gives idle leases back and renews the slots in use. It runs by itself, see `sweepMs`. */
  async sweep(): Promise<void> {
    const now = this.#monotonic();
    const work: Promise<void>[] = [];
    for (const [holderId, hand] of this.#hands) {
      let empty = true;
      for (const [index, lease] of hand.leases.entries()) {
        if (lease?.isIdle(now, idleMs) === true) {
          hand.leases[index] = undefined;
          work.push(lease.giveBack());
        } else if (lease !== undefined) {
          empty = false;
        }
      }
      if (hand.slots?.isIdle() === true) hand.slots = undefined;
      if (hand.slots !== undefined) work.push(hand.slots.renew());
      if (empty && hand.slots === undefined) this.#hands.delete(holderId);
    }
    await Promise.allSettled(work); // what cannot be given back is lost, never given twice
  }

  /** Gives back what this replica has in hand. After it no call is let in. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    const hands = [...this.#hands.values()];
    this.#hands.clear();
    const work: Promise<void>[] = [];
    for (const { leases, slots } of hands) {
      for (const lease of leases) if (lease !== undefined) work.push(lease.giveBack());
      if (slots !== undefined) work.push(slots.close());
    }
    await Promise.allSettled(work);
  }

  async #enterSlowly(holders: Holders, quotas: readonly PlanQuota[], concurrency: readonly ConcurrencyLimit[], met: number): Promise<Permit> {
    const taken = await this.#takeRest(holders, quotas, oneCall, met);
    const held: Slots[] = [];
    try {
      for (const limit of concurrency) {
        const slots = this.#slots(idOf(holders, limit.holder));
        await slots.take(limit);
        held.push(slots);
      }
      return this.#permit(holders, quotas, held);
    } catch (error) {
      for (const slots of held) slots.leave();
      putBack(taken);
      throw error;
    }
  }

  #permit(holders: Holders, quotas: readonly PlanQuota[], held: readonly Slots[]): Permit {
    let left = held.length === 0;
    return {
      reserve: (rows, bytes) => this.#reserve(holders, quotas, { calls: 0, rows, bytes }),
      leave: () => {
        if (left) return;
        left = true;
        for (const slots of held) slots.leave();
      },
    };
  }

  #reserve(holders: Holders, quotas: readonly PlanQuota[], needs: Needs): Promise<void> {
    if (this.#closed) return Promise.reject(notCountable());
    const met = this.#takeInHand(holders, quotas, needs);
    return met === quotas.length ? done : this.#takeRest(holders, quotas, needs, met).then(nothing);
  }

  /** Takes from the quotas in their order what is in hand. Answers the index of the first that has not enough. */
  #takeInHand(holders: Holders, quotas: readonly PlanQuota[], needs: Needs): number {
    if (quotas.length === 0) return 0;
    const now = this.#monotonic();
    for (const [index, quota] of quotas.entries()) {
      const units = needs[quota.unit];
      if (units > 0 && !this.#lease(holders, quota).takeInHand(quota.limit, units, now)) return index;
    }
    return quotas.length;
  }

  /** Takes from the quotas after the first `met`, waiting for the database; puts everything back if one refuses. */
  async #takeRest(holders: Holders, quotas: readonly PlanQuota[], needs: Needs, met: number): Promise<readonly Taken[]> {
    const taken: Taken[] = [];
    try {
      for (const [index, quota] of quotas.entries()) {
        const units = needs[quota.unit];
        if (units === 0) continue;
        const lease = this.#lease(holders, quota);
        taken.push({ lease, window: index < met ? lease.window : await lease.take(quota, units), units });
      }
      return taken;
    } catch (error) {
      putBack(taken);
      throw error;
    }
  }

  #hand(holderId: string): Hand {
    let hand = this.#hands.get(holderId);
    if (hand === undefined) {
      hand = { leases: [], slots: undefined };
      this.#hands.set(holderId, hand);
    }
    return hand;
  }

  #lease(holders: Holders, { holder, per, unit }: PlanQuota): Lease {
    const holderId = idOf(holders, holder);
    const { leases } = this.#hand(holderId);
    return (leases[periodIndex[per] + unitIndex[unit]] ??= new Lease(
      { holderId, per, unit },
      { store: this.#store, monotonic: this.#monotonic, patienceMs: this.#patienceMs },
    ));
  }

  #slots(holderId: string): Slots {
    return (this.#hand(holderId).slots ??= new Slots(holderId, {
      store: this.#store,
      replica: this.#replica,
      monotonic: this.#monotonic,
      patienceMs: this.#patienceMs,
    }));
  }
}

const oneCall: Needs = { calls: 1, rows: 0, bytes: 0 };
const done = Promise.resolve();
const nothing = (): void => {};

const idOf = (holders: Holders, holder: PlanQuota['holder']): string => (holder === 'product' ? holders.productId : holders.grantId);

function putBack(taken: readonly Taken[]): void {
  for (const { lease, window, units } of taken) lease.putBack(window, units);
}
