import type { Clock } from '../../kernel/clock.ts';
import { asDomainError, DomainError } from '../../kernel/errors.ts';
import type { JournalWriter } from '../journal/index.ts';
import { countOf, type RowStream } from '../resources/index.ts';
import type { Access } from './access.ts';
import { assertStanding, endOf, type Deed } from './deed.ts';
import type { AnswerSummary, RowsEncoder } from './model.ts';
import { newErrorId, type FailureLog } from './record.ts';

/** How often a running stream is held against its right, in milliseconds. */
const WATCH_MS = 250;

export interface TransferParts {
  readonly access: Access;
  readonly journal: Pick<JournalWriter, 'record'>;
  readonly clock: Clock;
}

/** One streamed answer: intent, pieces, outcome. */
export class Transfer {
  readonly #deed: Deed;
  readonly #parts: TransferParts;
  readonly #log: FailureLog;
  #rows = 0;
  #bytes = 0;

  constructor(deed: Deed, parts: TransferParts, log: FailureLog) {
    this.#deed = deed;
    this.#parts = parts;
    this.#log = log;
  }

  /**
   * The pieces of the body. The outcome is committed before the last one leaves; a reader that goes away early is an
   * outcome too. Rows are taken from their quota before the first piece where the source has counted them, else with each
   * piece. What is thrown before the journal holds the intent is for the caller to record.
   */
  async *pieces(encoder: RowsEncoder, stream: RowStream, total: number | undefined): AsyncGenerator<string> {
    const deed = this.#deed;
    const { rows } = stream;
    let failure: DomainError | undefined;
    let whole = false;
    const watch = setInterval(() => void this.#watch(), WATCH_MS);
    let waiting = encoder.head(deed.plan.columns);
    try {
      if (rows !== undefined) await deed.permit.reserve(rows, 0);
      for await (const batch of stream.batches) {
        const piece = waiting + encoder.rows(batch);
        waiting = '';
        if (rows === undefined) await deed.permit.reserve(countOf(batch), 0);
        await this.#reserve(piece);
        this.#rows += countOf(batch);
        if (!deed.told) await this.#tellIntent();
        yield piece;
      }
      if (rows !== undefined && this.#rows !== rows) throw new DomainError('interrupted', 'delivery.incomplete', '数据在读取中发生变化 (the data changed while it was read)');
      const last = waiting + encoder.tail(this.#summary(total));
      await this.#reserve(last);
      await this.#parts.journal.record(deed.record.done(deed.told ? 'outcome' : 'whole', this.#rows, this.#bytes));
      whole = true;
      deed.end(); // the journal says that it is whole: nothing may cut it any more
      yield last;
    } catch (thrown) {
      failure = asDomainError(thrown);
      throw failure;
    } finally {
      clearInterval(watch);
      stream.cancel();
      deed.end();
      if (deed.told && !whole) await this.#tellCut(failure ?? endOf(deed.signal));
    }
  }

  /** Without paging all fitting rows are there; of a page only a count can tell. */
  #summary(total: number | undefined): AnswerSummary {
    const all = total ?? (this.#deed.plan.page === null ? this.#rows : undefined);
    return all === undefined ? { rows: this.#rows } : { rows: this.#rows, total: all };
  }

  /** Bytes are counted before they are sent; each piece is held against the right as it is now. */
  async #reserve(piece: string): Promise<void> {
    const size = Buffer.byteLength(piece);
    await this.#deed.permit.reserve(0, size);
    await assertStanding(this.#deed, this.#parts.access, this.#parts.clock);
    this.#deed.signal.throwIfAborted();
    this.#bytes += size;
  }

  async #tellIntent(): Promise<void> {
    this.#deed.signal.throwIfAborted(); // in one turn with the next line: an abort is either before the one or after the other
    this.#deed.told = true;
    try {
      await this.#parts.journal.record(this.#deed.record.done('intent', 0, 0));
    } catch (unwritten) {
      this.#deed.told = false;
      throw unwritten;
    }
  }

  /** Never rejects: the transfer has ended already, and an intent without outcome says that its end is not known. */
  async #tellCut(reason: DomainError): Promise<void> {
    const { record } = this.#deed;
    const errorId = newErrorId();
    this.#log(errorId, reason, record.call);
    try {
      await this.#parts.journal.record(record.cut(reason.code, errorId, this.#rows, this.#bytes));
    } catch (unwritten) {
      this.#log(errorId, asDomainError(unwritten), record.call);
    }
  }

  /** Its reader may stand still, and then no piece is asked for. */
  async #watch(): Promise<void> {
    try {
      await assertStanding(this.#deed, this.#parts.access, this.#parts.clock);
    } catch (error) {
      this.#deed.record.call.stop.abort(error);
    }
  }
}

/** A generator whose first piece was taken; ending it before the rest still runs its `finally`. */
export function startedWith(first: IteratorResult<string, unknown>, rest: AsyncGenerator<string>): AsyncIterable<string> {
  let taken = false;
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        if (taken) return rest.next();
        taken = true;
        return Promise.resolve(first);
      },
      return: (value?: unknown) => rest.return(value),
    }),
  };
}
