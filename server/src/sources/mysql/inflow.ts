import type { Session } from './session.ts';
import type { Cells } from './rows.ts';
import type { Statement } from './select.ts';

const MOST_ROWS = 1000;
/** So that the text of a batch is an ordinary object of the heap: larger ones outlive young garbage and make a slow stream grow the process. */
const CHARACTERS = 48 * 1024;

/** Rows of a statement as they come, a batch at a time: while a full one waits to be taken, nothing is read from the network. */
export class Inflow {
  readonly #session: Session;
  #rows: Cells[] = [];
  #characters = 0;
  #end: { readonly error?: unknown } | undefined;
  /** Settled when the batch is full or the last; one promise a batch, for one promise for all would keep every batch. */
  #filled = Promise.withResolvers<void>();

  constructor(session: Session, statement: Statement) {
    this.#session = session;
    session.run(statement, (row) => this.#take(row)).then(
      () => this.#finish({}),
      (error: unknown) => this.#finish({ error }),
    );
  }

  #take(row: Cells): void {
    this.#rows.push(row);
    for (const cell of row) this.#characters += cell?.length ?? 0;
    if (this.#rows.length < MOST_ROWS && this.#characters < CHARACTERS) return;
    this.#session.pause();
    this.#filled.resolve();
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end = end;
    this.#filled.resolve();
  }

  /** The next rows; none at the end. `reason`: what it means when they do not come in time. */
  async next(reason?: () => Error): Promise<Cells[]> {
    await this.#session.answered(this.#filled.promise, reason);
    if (this.#end !== undefined && 'error' in this.#end) throw this.#end.error;
    const rows = this.#rows;
    this.#rows = [];
    this.#characters = 0;
    if (this.#end === undefined) {
      this.#filled = Promise.withResolvers();
      this.#session.resume();
    }
    return rows;
  }
}
