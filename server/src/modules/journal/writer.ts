import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Database } from '../../storage/database.ts';
import type { CallEntry, EventEntry, JournalRecord } from './model.ts';
import { monthOf } from './months.ts';
import { checkNumbers, recordOfCall, recordOfEvent, type RecordPlace } from './record.ts';
import { appendRecords, beginEpoch, countArrived, endEpoch, makePartitions } from './store.ts';

export interface WriterBounds {
  /** Records that may wait; one more is refused. */
  readonly waiting: number;
  /** Records in one statement. */
  readonly batch: number;
  /** Pauses before each further attempt to write a batch, in milliseconds; their number is that of the attempts. */
  readonly pauses: readonly number[];
  /** How long one attempt may take, in milliseconds, before its outcome counts as unknown. */
  readonly attempt: number;
}

const defaultBounds: WriterBounds = { waiting: 20_000, batch: 2_000, pauses: [50, 200, 1_000], attempt: 5_000 };

/** A record that waits. Its place is known when its batch is written. */
interface Waiting {
  readonly at: Date;
  readonly entry: { readonly kind: 'call'; readonly call: CallEntry } | { readonly kind: 'event'; readonly event: EventEntry };
  /** What an outcome ends. */
  readonly intent: RecordPlace | undefined;
  place: RecordPlace | undefined;
}

interface Batch {
  readonly records: Waiting[];
  readonly committed: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: DomainError) => void;
}

const newBatch = (): Batch => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { records: [], committed: promise, resolve, reject };
};

/**
 * Writes the calls of one started replica. Records of many calls share one commit: while one batch is being written,
 * the next collects.
 *
 * A batch whose commit failed or is unknown is looked up and, if it is not there, written again with the same sequence
 * numbers. The unique index over (at, writer, epoch, sequence) makes that safe even if the first attempt is still under
 * way in the database: the second waits for it and then either stands alone or is refused, and is found. When the
 * attempts are used up, all who wait are refused with `busy`, so that their answers are never sent, and the writer
 * begins a new epoch from sequence 1: should the lost batch still arrive, it ends the old epoch without a gap, and no
 * number is given twice.
 */
export class JournalWriter {
  readonly writer: string;
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #bounds: WriterBounds;
  #epoch: number | undefined;
  #sequence = 0;
  #batches: Batch[] = [];
  #waiting = 0;
  #draining: Promise<void> | undefined;
  #closed = false;

  constructor(database: Database, clock: Clock, bounds: WriterBounds, writer: string, epoch: number) {
    this.writer = writer;
    this.#database = database;
    this.#clock = clock;
    this.#bounds = bounds;
    this.#epoch = epoch;
  }

  /** Records that wait for their commit. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Resolves when the record is committed, with its place: an answer's last byte (an intent: its first) may leave then
   * and not before. Rejects with kind `busy` when too many wait or the database cannot be written.
   * Never await this inside a transaction: the embedded database has one session. See `recordOperation`.
   * @param intent the place of the intent that an outcome ends; one without is refused (`journal.outcome.without-intent`)
   */
  async record(entry: CallEntry, intent?: RecordPlace): Promise<RecordPlace | undefined> {
    checkNumbers(entry);
    this.#checkRoom();
    if (entry.phase === 'outcome' && intent === undefined) {
      throw new DomainError('internal', 'journal.outcome.without-intent', '日志：没有对应的意向记录 (an outcome needs the intent that it ends)');
    }
    const waiting: Waiting = { at: this.#clock.now(), entry: { kind: 'call', call: entry }, intent, place: undefined };
    await this.#enqueue(waiting);
    return waiting.place;
  }

  /** A deed of the node itself that belongs to no transaction: start, stop, listener … Resolves and rejects as `record`. */
  async recordSystem(entry: EventEntry): Promise<void> {
    this.#checkRoom();
    return this.#enqueue({ at: this.#clock.now(), entry: { kind: 'event', event: entry }, intent: undefined, place: undefined });
  }

  /** Writes what waits and notes where the writer ended. Records that come later are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
    if (this.#epoch !== undefined) await endEpoch(this.#database, this.writer, this.#epoch, this.#sequence);
  }

  #checkRoom(): void {
    if (this.#closed) throw unavailable('journal.closed');
    if (this.#waiting >= this.#bounds.waiting) throw unavailable('journal.full');
  }

  #enqueue(waiting: Waiting): Promise<void> {
    let batch = this.#batches.at(-1);
    if (batch === undefined || batch.records.length >= this.#bounds.batch) {
      batch = newBatch();
      this.#batches.push(batch);
    }
    batch.records.push(waiting);
    this.#waiting += 1;
    this.#draining ??= this.#drain();
    return batch.committed;
  }

  /**
   * Writes batch after batch until none is left. A batch waits for one turn of the loop, and gathers what comes while the
   * one before it is written: that is company enough (to wait longer saves no CPU, and costs callers their time).
   */
  async #drain(): Promise<void> {
    for (;;) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      const batch = this.#batches.shift();
      if (batch === undefined) break;
      const failure = await this.#write(batch);
      this.#settle(batch, failure);
      if (failure !== undefined) for (const other of this.#batches.splice(0)) this.#settle(other, failure);
    }
    this.#draining = undefined;
  }

  #settle(batch: Batch, failure: DomainError | undefined): void {
    this.#waiting -= batch.records.length;
    if (failure === undefined) return batch.resolve();
    batch.reject(failure);
  }

  async #write(batch: Batch): Promise<DomainError | undefined> {
    let cause: unknown;
    let records: JournalRecord[] | undefined;
    for (const delay of [0, ...this.#bounds.pauses]) {
      try {
        if (delay > 0) await pause(delay);
        if (records !== undefined && (await this.#arrived(records))) return undefined;
        records ??= await this.#number(batch);
        await this.#within(appendRecords(this.#database, records));
        return undefined;
      } catch (error) {
        cause = error;
        if (isPartitionMissing(error)) await this.#makePartitions(batch).catch(() => {});
      }
    }
    if (records !== undefined) {
      if (await this.#arrived(records).catch(() => false)) return undefined;
      this.#epoch = undefined;
    }
    return unavailable('journal.unavailable', cause);
  }

  /** Gives the records of a batch their places. */
  async #number(batch: Batch): Promise<JournalRecord[]> {
    if (this.#epoch === undefined) {
      this.#epoch = await this.#within(beginEpoch(this.#database, this.writer));
      this.#sequence = 0;
    }
    const epoch = this.#epoch;
    const records = batch.records.map((waiting, index) => this.#recordOf(waiting, epoch, this.#sequence + index + 1));
    this.#sequence += records.length;
    return records;
  }

  #recordOf(waiting: Waiting, epoch: number, sequence: number): JournalRecord {
    const place = { at: waiting.at.toISOString(), writer: this.writer, epoch, sequence };
    const { entry } = waiting;
    if (entry.kind === 'event') return recordOfEvent(entry.event, 'system', place);
    waiting.place = { at: place.at, epoch, sequence, durationUs: entry.call.durationUs };
    return recordOfCall(entry.call, place, waiting.intent);
  }

  async #arrived(records: readonly JournalRecord[]): Promise<boolean> {
    return (await this.#within(countArrived(this.#database, records))) === records.length;
  }

  async #makePartitions(batch: Batch): Promise<void> {
    const months = batch.records.map(({ at }) => monthOf(at));
    await this.#within(this.#database.transaction((tx) => makePartitions(tx, months)));
  }

  /** A connection that answers nothing must not hold the callers for ever. */
  async #within<T>(work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(unavailable('journal.timeout')), this.#bounds.attempt);
    try {
      return await Promise.race([work, promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

const unavailable = (code: string, cause?: unknown): DomainError =>
  new DomainError('busy', code, '日志暂时无法写入，请稍后重试 (the journal cannot be written now: try again later)', cause === undefined ? {} : { cause });

/** PostgreSQL 23514: "no partition of relation found for row". */
const isPartitionMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23514' && !('constraint' in error && error.constraint !== undefined);

/** Starts a writer: one for each start of each replica. The partitions of now must be there: see `ensurePartitions`. */
export async function openWriter(database: Database, clock: Clock, bounds: Partial<WriterBounds> = {}): Promise<JournalWriter> {
  const all = { ...defaultBounds, ...bounds };
  const writer = newId();
  return new JournalWriter(database, clock, all, writer, await beginEpoch(database, writer));
}
