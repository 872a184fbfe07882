const PERIOD_MS = 1_000;

interface Watched {
  /** Bytes that came so far. */
  readonly received: number;
  /** Whether the other side is waited for at the moment. */
  readonly isAwaited: boolean;
  tooSlow(): void;
}

interface Bounds {
  readonly leastBytesPerSecond: number;
  readonly idleMs: number;
}

interface Seen {
  readonly bounds: Bounds;
  received: number;
  /** `performance.now()` from which the rate is taken. */
  since: number;
}

/**
 * Ends answers that drip: one that was waited for through `idleMs` and brought less than the least rate asks of that time.
 * One that brought nothing at all is idle, and for undici to end.
 * One timer for all, which runs while there is an answer under way.
 */
export class RateWatch<T extends Watched> {
  readonly #seen = new Map<T, Seen>();
  #timer: NodeJS.Timeout | undefined;

  add(answer: T, bounds: Bounds): void {
    this.#seen.set(answer, { bounds, received: answer.received, since: performance.now() });
    this.#timer ??= setInterval(() => this.#look(), PERIOD_MS);
  }

  remove(answer: T): void {
    this.#seen.delete(answer);
  }

  #look(): void {
    if (this.#seen.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const now = performance.now();
    for (const [answer, seen] of this.#seen) {
      const awaitedMs = now - seen.since;
      if (answer.isAwaited && awaitedMs < seen.bounds.idleMs) continue;
      const came = answer.received - seen.received;
      if (answer.isAwaited && came > 0 && came < (seen.bounds.leastBytesPerSecond * awaitedMs) / 1000) answer.tooSlow();
      seen.since = now;
      seen.received = answer.received;
    }
  }
}
