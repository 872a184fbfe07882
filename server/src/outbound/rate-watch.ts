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
  awaitedMs: number;
}

/**
 * Ends answers that drip: one that was waited for through `idleMs` and brought less than the least rate asks of that time.
 * One timer for all, which runs while there is an answer under way.
 */
export class RateWatch<T extends Watched> {
  readonly #seen = new Map<T, Seen>();
  #timer: NodeJS.Timeout | undefined;

  add(answer: T, bounds: Bounds): void {
    this.#seen.set(answer, { bounds, received: answer.received, awaitedMs: 0 });
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
    for (const [answer, seen] of this.#seen) {
      if (!answer.isAwaited) {
        seen.awaitedMs = 0;
        seen.received = answer.received;
        continue;
      }
      seen.awaitedMs += PERIOD_MS;
      if (seen.awaitedMs < seen.bounds.idleMs) continue;
      if (answer.received - seen.received < (seen.bounds.leastBytesPerSecond * seen.awaitedMs) / 1000) answer.tooSlow();
      seen.awaitedMs = 0;
      seen.received = answer.received;
    }
  }
}
