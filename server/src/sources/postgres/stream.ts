import type pg from 'pg';
import type { ReadPlan, RowBatch, RowShape, RowStream } from '../../modules/resources/index.ts';
import { BatchSize } from './batch-size.ts';
import { cutOff } from './client.ts';
import { givenUp, sourceFailure } from './failures.ts';
import { batchOf, rowsOfStream, streamStatement, windowCountStatement } from './select.ts';

const CURSOR = 'lingqu_stream';

/** A connection until its stream ends, is cancelled or aborted, whichever comes first. */
export class Lease {
  readonly client: pg.PoolClient;
  readonly signal: AbortSignal;
  readonly #patienceMs: number;
  readonly #onAbort = (): void => this.release(false);
  /** Tells whoever waits for an answer that none will come. One promise for the whole stream would keep every answer until its end. */
  #giveUp: ((reason: Error) => void) | undefined;
  #held = true;

  constructor(client: pg.PoolClient, patienceMs: number, signal: AbortSignal) {
    this.client = client;
    this.signal = signal;
    this.#patienceMs = patienceMs;
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Waits for an answer of the server, as long as it may be silent; what the reader takes between does not count. */
  async answered<T>(answer: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    this.#giveUp = reject;
    if (!this.#held) reject(givenUp());
    const impatience = setTimeout(() => this.release(false), this.#patienceMs);
    try {
      return await Promise.race([answer, promise]);
    } finally {
      answer.catch(() => {});
      clearTimeout(impatience);
      this.#giveUp = undefined;
    }
  }

  /**
   * Takes effect once. What ended early leaves a transaction and a portal behind, so the connection is destroyed;
   * whoever waits for an answer of it is told, so that an abort is felt at once.
   */
  release(whole: boolean): void {
    if (!this.#held) return;
    this.#held = false;
    this.signal.removeEventListener('abort', this.#onAbort);
    if (this.#giveUp !== undefined) cutOff(this.client); // the server is at work
    this.client.release(!whole);
    if (!whole) this.#giveUp?.(givenUp());
  }
}

/**
 * Opens a stream in one snapshot: its rows are counted, then read by a cursor. It takes the connection over. The cursor
 * is the server's (DECLARE) and not the protocol's (a portal, pg-cursor): a portal is one statement from its first row
 * to its last, so that a statement timeout would end slow readers; each FETCH is a statement of its own.
 */
export async function openStream(lease: Lease, plan: ReadPlan, shape: RowShape, zone: string): Promise<RowStream> {
  const { client, signal } = lease;
  try {
    signal.throwIfAborted();
    await lease.answered(client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'));
    const counted = await lease.answered(client.query<[string]>({ ...windowCountStatement(plan, zone), rowMode: 'array' }));
    const rows = rowsOfStream(plan, Number(counted.rows[0]?.[0] ?? 0));
    return { rows, batches: read(lease, plan, shape, zone), cancel: () => lease.release(false) };
  } catch (error) {
    lease.release(false);
    throw sourceFailure(error, signal);
  }
}

async function* read(lease: Lease, plan: ReadPlan, shape: RowShape, zone: string): AsyncGenerator<RowBatch> {
  const { client, signal } = lease;
  let whole = false;
  try {
    signal.throwIfAborted();
    const { text, values } = streamStatement(plan, shape, zone);
    await lease.answered(client.query(`DECLARE ${CURSOR} NO SCROLL CURSOR WITHOUT HOLD FOR ${text}`, [...values]));
    const size = new BatchSize();
    for (;;) {
      const asked = size.next;
      const { rows } = await lease.answered(client.query<(string | null)[]>({ text: `FETCH FORWARD ${asked} FROM ${CURSOR}`, rowMode: 'array' }));
      signal.throwIfAborted();
      if (rows.length > 0) yield size.see(batchOf(shape, rows));
      if (rows.length < asked) break;
    }
    await lease.answered(client.query('ROLLBACK')); // nothing was written; what a query may have set of its session goes too
    whole = true;
  } catch (error) {
    throw sourceFailure(error, signal);
  } finally {
    lease.release(whole);
  }
}
