import { resting } from './errors.ts';

interface BreakerOptions {
  readonly failures: number;
  readonly restMs: number;
  /** Milliseconds that never step back. */
  readonly monotonic?: () => number;
}

/**
 * Leaves an upstream alone after so many failures in a row: its callers are told at once, and it can recover. When the
 * rest is over, one call tries it; the others rest until that one has come back.
 */
export class Breaker {
  readonly #failures: number;
  readonly #restMs: number;
  readonly #monotonic: () => number;
  #inRow = 0;
  #restsUntil = 0;
  #trying = false;

  constructor({ failures, restMs, monotonic = () => performance.now() }: BreakerOptions) {
    this.#failures = failures;
    this.#restMs = restMs;
    this.#monotonic = monotonic;
  }

  /** Before each call; throws `upstream.resting`. What comes of the call is to be told by one of the other three. */
  enter(): void {
    if (this.#inRow < this.#failures) return;
    if (this.#trying || this.#monotonic() < this.#restsUntil) throw resting();
    this.#trying = true;
  }

  succeeded(): void {
    this.#inRow = 0;
    this.#trying = false;
  }

  failed(): void {
    this.#inRow += 1;
    this.#trying = false;
    if (this.#inRow >= this.#failures) this.#restsUntil = this.#monotonic() + this.#restMs;
  }

  /** The call ended without a word on the upstream: its caller went away. */
  left(): void {
    this.#trying = false;
  }
}
