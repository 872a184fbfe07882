import { notCountable, tooManyAtOnce } from './errors.ts';
import type { ConcurrencyLimit } from './model.ts';
import { slotLifeMs, type QuotaStore } from './store.ts';

/** How long a refusal is answered from memory, unless a call ends here. */
const refusalMs = 20;
const renewMs = slotLifeMs / 3;
/** Slots that were not confirmed for so long may be another's soon: none is taken from hand. */
const doubtMs = slotLifeMs / 2;
const mostWaiters = 20_000;

export interface SlotSurroundings {
  readonly store: QuotaStore;
  readonly replica: string;
  /** Milliseconds that never step back. */
  readonly monotonic: () => number;
  readonly patienceMs: number;
}

interface Waiter {
  readonly concurrency: ConcurrencyLimit;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/**
 * This replica's calls at one time under one holder. What it holds stands in the database; one trip at a time takes
 * for all who wait and gives back what ended, so that a free slot is soon anybody's.
 */
export class Slots {
  readonly #holderId: string;
  readonly #around: SlotSurroundings;
  #limit = 0;
  #used = 0;
  /** Held in the database for certain; at least `used` but for the time of a renewal after it was lost. */
  #held = 0;
  #confirmedAt = Number.NEGATIVE_INFINITY;
  #refusal: { readonly until: number; readonly limit: number } | undefined;
  #waiters: Waiter[] = [];
  #trip: Promise<void> | undefined;
  #overdue = false;
  #renew = false;
  #closed = false;

  constructor(holderId: string, around: SlotSurroundings) {
    this.#holderId = holderId;
    this.#around = around;
  }

  /** Takes one slot. Throws `concurrency` when all are taken, `busy` when that is unknown. */
  take(concurrency: ConcurrencyLimit): Promise<void> {
    const now = this.#around.monotonic();
    if (this.#used < Math.min(this.#held, concurrency.limit) && now - this.#confirmedAt < doubtMs && this.#waiters.length === 0) {
      this.#used += 1;
      return Promise.resolve();
    }
    const refusal = this.#refusal;
    if (refusal !== undefined && now < refusal.until && concurrency.limit <= refusal.limit) return Promise.reject(tooManyAtOnce(concurrency));
    if (this.#overdue || this.#waiters.length >= mostWaiters) return Promise.reject(notCountable());
    const taken = new Promise<void>((resolve, reject) => this.#waiters.push({ concurrency, resolve, reject }));
    this.#trip ??= this.#travel();
    return taken;
  }

  leave(): void {
    if (this.#closed) return;
    this.#used -= 1;
    this.#refusal = undefined;
    this.#trip ??= this.#travel();
  }

  isIdle(): boolean {
    return this.#trip === undefined && this.#used === 0 && this.#held === 0;
  }

  /** Says again what is held, if it was not said for a while or in vain; answers after the trip under way. */
  async renew(): Promise<void> {
    if (this.#used !== this.#held || this.#around.monotonic() - this.#confirmedAt >= renewMs) {
      this.#renew = true;
      this.#trip ??= this.#travel();
    }
    await this.#trip;
  }

  /** Gives every slot back, whatever still runs. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#rejectAll(undefined);
    await this.#trip;
    this.#used = 0;
    if (this.#held > 0) await this.#travel();
  }

  async #travel(): Promise<void> {
    await Promise.resolve(); // who comes or leaves in the same turn joins the first trip
    while (this.#waiters.length > 0 || this.#used < this.#held || this.#renew) {
      const patience = setTimeout(() => this.#loseHope(), this.#around.patienceMs);
      this.#renew = false;
      try {
        await this.#ask();
      } catch (error) {
        // What is held is unknown: the least is believed, and said again at the next renewal.
        this.#held = Math.min(this.#held, this.#used);
        this.#confirmedAt = Number.NEGATIVE_INFINITY;
        this.#rejectAll(error);
      } finally {
        clearTimeout(patience);
        this.#overdue = false;
      }
    }
    this.#trip = undefined;
  }

  async #ask(): Promise<void> {
    for (const [index, { concurrency }] of this.#waiters.entries()) {
      this.#limit = index === 0 ? concurrency.limit : Math.min(this.#limit, concurrency.limit);
    }
    const used = this.#used;
    const wanted = used + this.#waiters.length;
    this.#held = Math.min(this.#held, wanted); // what is given back now cannot be taken from hand any more
    const sentAt = this.#around.monotonic();
    const { store, replica } = this.#around;
    const held = await store.hold({ holderId: this.#holderId, replica, limit: this.#limit, used, wanted });
    this.#held = held ?? used;
    if (held !== null) this.#confirmedAt = sentAt;
    if (this.#held < wanted) this.#refusal = { until: this.#around.monotonic() + refusalMs, limit: this.#limit };
    this.#serve(this.#held < wanted);
  }

  #serve(exhausted: boolean): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      if (this.#used < Math.min(this.#held, waiter.concurrency.limit)) {
        this.#used += 1;
        waiter.resolve();
      } else if (exhausted && waiter.concurrency.limit <= this.#limit) {
        waiter.reject(tooManyAtOnce(waiter.concurrency));
      } else {
        this.#waiters.push(waiter);
      }
    }
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
