import { sortingBusy, tooMuchToSort } from './errors.ts';
import type { Row } from './ports.ts';

/** Bounds of what one call may hold, and all calls of one source together, in characters of cells. */
const MOST_ROWS = 200_000;
const MOST_CHARACTERS = 32 * 1024 * 1024;
const MOST_TOGETHER = 4 * MOST_CHARACTERS;

/** What all calls of one source hold at a time. */
export class Shelf {
  #held = 0;

  take(characters: number): void {
    if (this.#held + characters > MOST_TOGETHER) throw sortingBusy();
    this.#held += characters;
  }

  giveBack(characters: number): void {
    this.#held -= characters;
  }
}

export const sizeOf = (row: Row): number => row.reduce((sum, cell) => sum + (cell?.length ?? 0), row.length);

/** Takes every row of a scan and keeps the first ones in an order: the memory is that of what is kept, not of the scan. */
export class Held {
  readonly #shelf: Shelf;
  readonly #most: number;
  readonly #compare: (left: Row, right: Row) => number;
  #rows: Row[] = [];
  #characters = 0;

  /** @param most how many rows are wanted at most */
  constructor(shelf: Shelf, most: number, compare: (left: Row, right: Row) => number) {
    this.#shelf = shelf;
    this.#most = most;
    this.#compare = compare;
  }

  /** Throws `source.order.too-large`, `source.order.busy`. */
  add(row: Row): void {
    const size = sizeOf(row);
    this.#shelf.take(size);
    this.#rows.push(row);
    this.#characters += size;
    const isFull = this.#rows.length > MOST_ROWS || this.#characters > MOST_CHARACTERS;
    // Sorted out seldom: it costs the same whether few or many rows go.
    if (this.#rows.length >= this.#most * 2 || (isFull && this.#rows.length > this.#most * 1.25)) this.#sortOut();
    if (this.#rows.length > MOST_ROWS || this.#characters > MOST_CHARACTERS) throw tooMuchToSort();
  }

  sorted(): readonly Row[] {
    this.#sortOut();
    return this.#rows;
  }

  /** May be called again. */
  release(): void {
    this.#shelf.giveBack(this.#characters);
    this.#characters = 0;
    this.#rows = [];
  }

  #sortOut(): void {
    this.#rows.sort(this.#compare);
    for (const row of this.#rows.splice(this.#most)) {
      const size = sizeOf(row);
      this.#characters -= size;
      this.#shelf.giveBack(size);
    }
  }
}
