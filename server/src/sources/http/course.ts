import type { Ending } from '../../outbound/index.ts';
import type { Breaker } from './breaker.ts';

/** Places for answers that stream: their slow readers hold so many connections and no more. */
export class StreamPlaces {
  #free: number;
  readonly #waiting = new Set<Course>();

  constructor(places: number) {
    this.#free = places;
  }

  /** Whether there was a free one; else the course is told when there is. */
  take(course: Course): boolean {
    if (this.#free === 0) {
      this.#waiting.add(course);
      return false;
    }
    this.#free -= 1;
    return true;
  }

  /** A course that has ended: it leaves its place to the next, or waits for none any more. */
  leave(course: Course): void {
    if (this.#waiting.delete(course)) return;
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
    } else {
      this.#waiting.delete(next);
      next.placed();
    }
  }
}

/**
 * What becomes of an answer after its head. One that streams needs a place and waits for it, since the upstream has done
 * by then what it was asked; and only its end tells how the upstream is.
 */
export class Course implements Ending {
  readonly #places: StreamPlaces;
  readonly #breaker: Breaker;
  #streams = false;
  #ended = false;
  #failure: Error | undefined;
  #go: (() => void) | undefined;

  constructor(places: StreamPlaces, breaker: Breaker) {
    this.#places = places;
    this.#breaker = breaker;
  }

  /** The request is sent, for the first time or once more. */
  begin(): void {
    this.#ended = false;
  }

  /** The answer is no whole one. Waits for its place; one that ends meanwhile needs none, all of it is here. */
  stream(): Promise<void> | undefined {
    if (this.#ended) {
      this.#breaker.ended(this.#failure);
      return undefined;
    }
    this.#streams = true;
    this.#breaker.left();
    if (this.#places.take(this)) return undefined;
    return new Promise((resolve) => {
      this.#go = resolve;
    });
  }

  placed(): void {
    this.#go?.();
  }

  ended(failure: Error | undefined): void {
    this.#ended = true;
    this.#failure = failure;
    if (!this.#streams) return;
    this.#breaker.ended(failure);
    this.#places.leave(this);
    this.#go?.();
  }
}
