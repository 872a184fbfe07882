import { notCountable, quotaExhausted } from './errors.ts';
import type { PlanQuota, QuotaKey, QuotaUnit } from './model.ts';
import type { LeaseAnswer, QuotaStore } from './store.ts';

/** Most that one replica takes ahead of need, and so the most that is lost with it for each count. */
const mostAhead: Readonly<Record<QuotaUnit, number>> = { calls: 4_096, rows: 256_000, bytes: 64 * 2 ** 20 };
/**
 * How many requests like the first one that waits a lease is to last for. It doubles while leases last less than
 * `hurryMs`: a trip costs the CPU of a whole call, and a busy replica loses no more than half a second's traffic.
 */
const requestsAhead = { first: 16, most: 4_096 };
const hurryMs = 250;
/** How long a refusal is answered from memory. A limit that was raised meanwhile is asked for at once. */
const refusalMs = 250;
const mostWaiters = 20_000;

export interface LeaseSurroundings {
  readonly store: QuotaStore;
  /** Milliseconds that never step back. */
  readonly monotonic: () => number;
  /** How long callers wait for the database. */
  readonly patienceMs: number;
}

interface Waiter {
  readonly quota: PlanQuota;
  readonly units: number;
  readonly resolve: (window: number) => void;
  readonly reject: (reason: Error) => void;
}

/** What the database is known to have left beside the lease, at most, and for how long that is believed. */
interface Refusal {
  readonly until: number;
  readonly limit: number;
  readonly spare: number;
}

/**
 * This replica's share of one count. Units in hand are handed out without I/O; when they run out, all who wait share
 * one trip to the database. Units that may or may not have been leased (an error after sending) count as lost.
 */
export class Lease {
  readonly #key: QuotaKey;
  readonly #around: LeaseSurroundings;
  #remaining = 0;
  /** The limit under which the units in hand were leased: under another they have to be leased anew. */
  #limit = -1;
  /** The window, by its start in database time, and its end on this replica's clock: early rather than late. */
  #window = Number.NEGATIVE_INFINITY;
  #end = Number.NEGATIVE_INFINITY;
  #usedAt: number;
  #refusal: Refusal | undefined;
  #waiters: Waiter[] = [];
  #trip: Promise<void> | undefined;
  #overdue = false;
  #ahead = requestsAhead.first;
  #leasedAt = Number.NEGATIVE_INFINITY;

  constructor(key: QuotaKey, around: LeaseSurroundings) {
    this.#key = key;
    this.#around = around;
    this.#usedAt = around.monotonic();
  }

  /** The window of the units in hand, to be named when units are put back. */
  get window(): number {
    return this.#window;
  }

  /** Takes units in hand. False: `take` has to be asked, which may go to the database. */
  takeInHand(limit: number, units: number, now: number): boolean {
    this.#usedAt = now;
    if (units > this.#remaining || limit !== this.#limit || now >= this.#end || this.#waiters.length > 0) return false;
    this.#remaining -= units;
    return true;
  }

  /** Takes units and answers their window. Throws `quota-…` when they are exhausted, `busy` when that is unknown. */
  take(quota: PlanQuota, units: number): Promise<number> {
    const now = this.#around.monotonic();
    if (this.takeInHand(quota.limit, units, now)) return Promise.resolve(this.#window);
    if (units > quota.limit) return Promise.reject(quotaExhausted(quota, null));
    if (this.#isRefused(quota.limit, units, now)) return Promise.reject(this.#exhausted(quota));
    if (this.#overdue || this.#waiters.length >= mostWaiters) return Promise.reject(notCountable());
    const taken = new Promise<number>((resolve, reject) => this.#waiters.push({ quota, units, resolve, reject }));
    this.#trip ??= this.#travel();
    return taken;
  }

  /** Puts back units that were taken and not used. Those of an earlier window are worth nothing. */
  putBack(window: number, units: number): void {
    if (window === this.#window) this.#remaining += units;
  }

  isIdle(now: number, idleMs: number): boolean {
    return this.#trip === undefined && now - this.#usedAt >= idleMs;
  }

  /** Gives what is in hand back to the database, after the trip under way. What cannot be given back is lost. */
  async giveBack(): Promise<void> {
    await this.#trip;
    const units = this.#remaining;
    this.#remaining = 0;
    if (units > 0) await this.#around.store.giveBack(this.#key, this.#window, units);
  }

  async #travel(): Promise<void> {
    await Promise.resolve(); // who calls in the same turn joins the first trip
    while (this.#waiters.length > 0) {
      const patience = setTimeout(() => this.#loseHope(), this.#around.patienceMs);
      try {
        await this.#ask();
      } catch (error) {
        this.#rejectAll(error);
      } finally {
        clearTimeout(patience);
        this.#overdue = false;
      }
    }
    this.#trip = undefined;
  }

  async #ask(): Promise<void> {
    const [first] = this.#waiters;
    if (first === undefined) return;
    let limit = first.quota.limit;
    let total = 0;
    for (const { quota, units } of this.#waiters) {
      limit = Math.min(limit, quota.limit);
      total += units;
    }
    await this.#giveBackStale(limit);
    const least = Math.max(1, first.units - this.#remaining);
    const wanted = Math.max(least, Math.min(total, Number.MAX_SAFE_INTEGER) - this.#remaining);
    const sentAt = this.#around.monotonic();
    this.#ahead = sentAt - this.#leasedAt < hurryMs ? Math.min(this.#ahead * 2, requestsAhead.most) : requestsAhead.first;
    this.#leasedAt = sentAt;
    const ahead = Math.min(this.#ahead * first.units, mostAhead[this.#key.unit]);
    const small = requestsAhead.first * first.units;
    const answer = await this.#around.store.lease(this.#key, { limit, least, wanted, ahead, small });
    this.#accept(answer, limit, sentAt + answer.leftMs);
    if (answer.granted < wanted) {
      const until = Math.min(this.#around.monotonic() + refusalMs, this.#end);
      this.#refusal = { until, limit, spare: answer.spare };
    }
    this.#serve();
  }

  /** Units of a window that may have ended, or under another limit, are leased anew. */
  async #giveBackStale(limit: number): Promise<void> {
    if (this.#remaining === 0 || (this.#limit === limit && this.#around.monotonic() < this.#end)) return;
    const units = this.#remaining;
    this.#remaining = 0;
    await this.#around.store.giveBack(this.#key, this.#window, units);
  }

  #accept({ granted, window }: LeaseAnswer, limit: number, end: number): void {
    if (window !== this.#window) this.#remaining = 0;
    this.#window = window;
    this.#remaining += granted;
    this.#limit = limit;
    this.#end = end;
  }

  /** First come, first served, lest many small requests starve a large one. Who is not refused stays for the next trip. */
  #serve(): void {
    const now = this.#around.monotonic();
    const staying: Waiter[] = [];
    for (const waiter of this.#waiters) {
      const { quota, units, resolve, reject } = waiter;
      if (staying.length === 0 && units <= this.#remaining && quota.limit >= this.#limit) {
        this.#remaining -= units;
        resolve(this.#window);
      } else if (this.#isRefused(quota.limit, units, now)) {
        reject(this.#exhausted(quota));
      } else {
        staying.push(waiter);
      }
    }
    this.#waiters = staying;
  }

  #isRefused(limit: number, units: number, now: number): boolean {
    const refusal = this.#refusal;
    return refusal !== undefined && now < refusal.until && limit <= refusal.limit && units > this.#remaining + refusal.spare;
  }

  #exhausted(quota: PlanQuota): Error {
    const leftMs = this.#end - this.#around.monotonic();
    return quotaExhausted(quota, Number.isFinite(leftMs) ? Math.max(1, Math.ceil(leftMs / 1000)) : null);
  }

  #loseHope(): void {
    this.#overdue = true;
    this.#rejectAll(undefined);
  }

  #rejectAll(cause: unknown): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(notCountable(cause));
  }
}
