import type { Clock } from '../../kernel/clock.ts';
import { asDomainError, DomainError } from '../../kernel/errors.ts';
import type { JournalWriter, RecordPlace } from '../journal/index.ts';
import type { Plan } from '../policy/index.ts';
import { countOf, type RowStream } from '../resources/index.ts';
import type { Access } from './access.ts';
import { assertStanding, endOf, type Deed } from './deed.ts';
import type { RowsEncoder } from './model.ts';
import { newErrorId, type FailureLog } from './record.ts';

/** How often a running stream is held against its right, in milliseconds. */
const WATCH_MS = 250;

export interface TransferParts {
  readonly access: Access;
  readonly journal: Pick<JournalWriter, 'record'>;
  readonly clock: Clock;
}

/** Some of a body on its way; nothing comes after the last one. */
export interface Piece<T extends string | Uint8Array> {
  readonly content: T;
  readonly rows: number;
  readonly last: boolean;
}

/** Rows as their encoder frames them. Without paging all fitting rows are there; of a page only a count can tell. */
export async function* framedRows(encoder: RowsEncoder, plan: Plan, stream: RowStream, total: number | undefined): AsyncGenerator<Piece<string>> {
  let rows = 0;
  let waiting = encoder.head(plan.columns);
  for await (const batch of stream.batches) {
    const count = countOf(batch);
    rows += count;
    const content = waiting + encoder.rows(batch);
    waiting = '';
    yield { content, rows: count, last: false };
  }
  if (stream.rows !== undefined && rows !== stream.rows) throw new DomainError('interrupted', 'delivery.incomplete', '数据在读取中发生变化 (the data changed while it was read)');
  const all = total ?? (plan.page === null ? rows : undefined);
  yield { content: waiting + encoder.tail(all === undefined ? { rows } : { rows, total: all }), rows: 0, last: true };
}

/** Bytes as they come: where their number is known, the last piece is known by it, else an empty one comes last. */
export async function* relayedBytes(body: AsyncIterable<Buffer>, length: number | undefined): AsyncGenerator<Piece<Uint8Array>> {
  let bytes = 0;
  for await (const content of body) {
    bytes += content.length;
    yield { content, rows: 0, last: bytes === length };
  }
  if (length === undefined) yield { content: nothing, rows: 0, last: true };
}

const nothing = new Uint8Array(0);

/** One streamed answer: intent, pieces, outcome. */
export class Transfer {
  readonly #deed: Deed;
  readonly #parts: TransferParts;
  readonly #log: FailureLog;
  #rows = 0;
  #bytes = 0;
  #intent: RecordPlace | undefined;

  constructor(deed: Deed, parts: TransferParts, log: FailureLog) {
    this.#deed = deed;
    this.#parts = parts;
    this.#log = log;
  }

  /**
   * The pieces of a body. The outcome is committed before the last one leaves; a reader that goes away early is an outcome
   * too. What is thrown before the journal holds the intent is for the caller to record.
   * @param rows how many come, where the source has counted them: they are taken from their quota before the first piece, else with each
   * @param release gives back what `source` holds, also when it was never begun
   */
  async *pieces<T extends string | Uint8Array>(source: AsyncIterable<Piece<T>>, rows: number | undefined, release: () => void): AsyncGenerator<T> {
    const deed = this.#deed;
    let failure: DomainError | undefined;
    let whole = false;
    const watch = setInterval(() => void this.#watch(), WATCH_MS);
    try {
      if (rows !== undefined) await deed.permit.reserve(rows, 0);
      for await (const piece of source) {
        if (rows === undefined) await deed.permit.reserve(piece.rows, 0);
        await this.#reserve(piece.content);
        this.#rows += piece.rows;
        if (piece.last) {
          await this.#parts.journal.record(deed.record.done(deed.told ? 'outcome' : 'whole', this.#rows, this.#bytes), this.#intent);
          whole = true;
          deed.end(); // the journal says that it is whole: nothing may cut it any more
        } else if (!deed.told) {
          await this.#tellIntent();
        }
        yield piece.content;
      }
    } catch (thrown) {
      failure = asDomainError(thrown);
      throw failure;
    } finally {
      clearInterval(watch);
      release();
      deed.end();
      if (deed.told && !whole) await this.#tellCut(failure ?? endOf(deed.signal));
    }
  }

  /** Bytes are counted before they are sent; each piece is held against the right as it is now. */
  async #reserve(piece: string | Uint8Array): Promise<void> {
    const size = typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length;
    await this.#deed.permit.reserve(0, size);
    await assertStanding(this.#deed, this.#parts.access, this.#parts.clock);
    this.#deed.signal.throwIfAborted();
    this.#bytes += size;
  }

  async #tellIntent(): Promise<void> {
    this.#deed.signal.throwIfAborted(); // in one turn with the next line: an abort is either before the one or after the other
    this.#deed.told = true;
    try {
      this.#intent = await this.#parts.journal.record(this.#deed.record.done('intent', 0, 0));
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
      await this.#parts.journal.record(record.cut(reason.code, errorId, this.#rows, this.#bytes), this.#intent);
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
export function startedWith<T>(first: IteratorResult<T, unknown>, rest: AsyncGenerator<T>): AsyncIterable<T> {
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
