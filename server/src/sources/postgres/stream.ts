import type pg from 'pg';
import type { ReadPlan, RowBatch, RowShape, RowStream } from '../../modules/resources/index.ts';
import { BatchSize } from './batch-size.ts';
import { sourceFailure } from './failures.ts';
import { batchOf, rowsOfStream, streamStatement, windowCountStatement } from './select.ts';

const CURSOR = 'lingqu_stream';

/**
 * Opens a stream in one snapshot: its rows are counted, then read by a cursor. It is the server's (DECLARE) and not the
 * protocol's (a portal): each FETCH is a statement of its own, so that the time a slow reader takes in between counts
 * against no timeout of statements, neither the server's nor the client's. It takes the connection over: a stream
 * that ended early leaves a transaction and a portal behind, so the connection goes with it.
 */
export async function openStream(client: pg.PoolClient, plan: ReadPlan, shape: RowShape, zone: string, signal: AbortSignal): Promise<RowStream> {
  let rows: number;
  try {
    signal.throwIfAborted();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const counted = await client.query<[string]>({ ...windowCountStatement(plan, zone), rowMode: 'array' });
    rows = rowsOfStream(plan, Number(counted.rows[0]?.[0] ?? 0));
  } catch (error) {
    client.release(true);
    throw sourceFailure(error, signal);
  }
  return new PostgresStream(client, plan, shape, zone, rows, signal);
}

class PostgresStream implements RowStream {
  readonly rows: number;
  readonly batches: AsyncIterable<RowBatch>;
  readonly #client: pg.PoolClient;
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.#release(false);
  #held = true;

  constructor(client: pg.PoolClient, plan: ReadPlan, shape: RowShape, zone: string, rows: number, signal: AbortSignal) {
    this.rows = rows;
    this.#client = client;
    this.#signal = signal;
    this.batches = this.#read(plan, shape, zone);
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.#release(false);
  }

  cancel(): void {
    this.#release(false);
  }

  /** Once. Destroying a connection that reads fails its reading, so that an abort is felt at once. */
  #release(whole: boolean): void {
    if (!this.#held) return;
    this.#held = false;
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#client.release(!whole);
  }

  async *#read(plan: ReadPlan, shape: RowShape, zone: string): AsyncGenerator<RowBatch> {
    let whole = false;
    try {
      this.#signal.throwIfAborted();
      const { text, values } = streamStatement(plan, shape, zone);
      await this.#client.query(`DECLARE ${CURSOR} NO SCROLL CURSOR WITHOUT HOLD FOR ${text}`, [...values]);
      const size = new BatchSize();
      for (;;) {
        const asked = size.next;
        const { rows } = await this.#client.query<(string | null)[]>({ text: `FETCH FORWARD ${asked} FROM ${CURSOR}`, rowMode: 'array' });
        this.#signal.throwIfAborted();
        if (rows.length > 0) yield size.see(batchOf(shape, rows));
        if (rows.length < asked) break;
      }
      await this.#client.query('COMMIT');
      whole = true;
    } catch (error) {
      throw sourceFailure(error, this.#signal);
    } finally {
      this.#release(whole);
    }
  }
}
