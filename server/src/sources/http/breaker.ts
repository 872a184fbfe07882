import { DomainError } from '../../kernel/errors.ts';
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

  /** Before each call; throws `upstream.resting`. What comes of the call is to be told. */
  enter(): void {
    if (this.#inRow < this.#failures) return;
    if (this.#trying || this.#monotonic() < this.#restsUntil) throw resting();
    this.#trying = true;
  }

  /** What came of a call at its very end; undefined where all of its answer came. */
  ended(failure: Error | undefined): void {
    if (failure === undefined) this.succeeded();
    else if (!(failure instanceof DomainError) || !failure.code.startsWith('upstream.') || failure.code === 'upstream.busy') this.left();
    else if (isAiling(failure)) this.failed();
    else this.succeeded();
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

  /** The call ended without a word on the upstream, as when its caller went away; or the word comes late, and nobody need wait for it. */
  left(): void {
    this.#trying = false;
  }
}

const wellAllTheSame: ReadonlySet<string> = new Set(['upstream.too-large', 'upstream.redirect']);

/** Failures that another call would meet too: the connection's, and statuses by which an upstream says that it is not well. */
const isAiling = ({ code, details }: DomainError): boolean => (code === 'upstream.status' ? Number(details['status']) >= 500 : !wellAllTheSame.has(code));
